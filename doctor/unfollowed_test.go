package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// service is a compose file with one service.
func service(name, rest string) string {
	return "-- compose.yaml --\nservices:\n  " + name + ":\n    stop_grace_period: 60s\n    " + strings.ReplaceAll(rest, "\n", "\n    ") + "\n"
}

// unjudged are the notes that a probable worker was not judged.
func unjudged(t *testing.T, files string) (all []string) {
	t.Helper()
	for _, n := range check(t, files, doctor.Options{}).Notes {
		if strings.Contains(n.Text, "is a worker by its name") {
			all = append(all, n.Pos.String()+": "+n.Text+" | "+n.Hint)
		}
	}
	return all
}

func TestAProbableWorkerThatCouldNotBeFollowedIsSaid(t *testing.T) {
	pod := func(kind, container string) string {
		return "-- k.yaml --\napiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: shop-worker}\nspec:\n  template:\n    spec:\n      containers:\n      - " + container + "\n"
	}
	for name, c := range map[string]struct{ files, want string }{
		"a variable":             {service("worker", "image: example/shop\ncommand: $COMMAND"), "COMMAND} is not known before the deploy"},
		"a variable in a string": {service("worker", "image: example/shop\ncommand: sh -c \"$$COMMAND\""), "COMMAND is not known before the deploy"},
		"a variable of a script": {service("sidekiq", "build: .\ncommand: [/run.sh]") + "-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /run.sh\n-- run.sh --\n#!/bin/sh\neval \"$WORK\"\n", "what eval runs is not known"},
		"a known program's word": {service("app", "image: example/shop\ncommand: sh -c 'exec celery -A shop $$ROLE'"), "what celery is to do is not known before the deploy: $ROLE"},
		"a script that is gone":  {service("shop-worker-1", "image: example/shop\ncommand: bash bin/work.sh"), "bin/work.sh is not in this repository"},
		"a program that is gone": {service("worker", "image: example/shop\ncommand: [/app/work]"), "/app/work is not in this repository"},
		"a package.json":         {service("worker", "image: example/shop\ncommand: npm run worker"), "no package.json here says what npm run worker runs"},
		"a script's syntax":      {service("worker", "build: .\ncommand: [/run.sh]") + "-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /run.sh\n-- run.sh --\n#!/bin/sh\nif then\n", "it cannot be read as a shell would"},
		"an image":               {service("worker", "image: example/shop"), "what example/shop starts no file here says"},
		"an own program":         {service("worker", "image: example/shop\ncommand: python jobs.py"), "none of the workers that are known is in python jobs.py | if it works jobs off: --worker jobs.py"},
		"one of an API":          {service("api-worker", "image: example/shop\ncommand: [/app/work]"), "/app/work is not in this repository"},
		"numbered ones":          {service("web_workers-2", "image: example/shop\ncommand: [/app/work]"), "/app/work is not in this repository"},
		"of a Deployment":        {pod("Deployment", "{name: app, image: example/shop}"), "what example/shop starts no file here says"},
		"of a Procfile":          {"-- Procfile --\nworker: bin/work\nweb: bin/puma\n", "process worker is a worker by its name, and was not judged: bin/work is not in this repository"},
		"of a unit":              {"-- shop-worker.service --\n[Service]\nExecStart=/srv/shop/bin/work\n", "/srv/shop/bin/work is not in this repository"},
		"of an image":            {"-- worker/Dockerfile --\nFROM example/base\nCMD [\"/app/work\"]\n", "/app/work is not in this repository"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unjudged(t, c.files); len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("%q\nwant %s", got, c.want)
			}
		})
	}
}

func TestNothingIsSaidOfWhatIsNoWorkerByItsName(t *testing.T) {
	for name, files := range map[string]string{
		"a web server":             service("web", "image: example/shop\ncommand: [/app/serve]") + "-- Procfile --\nweb: $WEB\nrelease: bin/release\n",
		"a server with workers":    service("app", "image: example/shop\ncommand: gunicorn --workers 4 -k uvicorn.workers.UvicornWorker $$APP"),
		"a database":               service("queue", "image: rabbitmq:4"),
		"a worker's database":      service("worker-db", "image: postgres:17"),
		"Celery's planner":         service("celerybeat", "image: example/shop\ncommand: celery -A $$APP beat --loglevel $$LEVEL"),
		"a worker's dashboard":     service("celery-flower", "image: example/shop\ncommand: [/app/show]"),
		"a planner":                "-- celerybeat.service --\n[Service]\nExecStart=/opt/venv/bin/celery -A shop beat\n",
		"a job":                    "-- k.yaml --\napiVersion: batch/v1\nkind: Job\nmetadata: {name: worker-import}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: worker, image: example/shop, command: [/app/import]}\n",
		"a worker's sidecar":       "-- k.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: worker}\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 60\n      containers:\n      - {name: web-proxy, image: example/proxy}\n      - {name: w, image: example/shop, command: [sidekiq]}\n",
		"what runs once":           "-- worker-setup.service --\n[Service]\nType=oneshot\nExecStart=/srv/worker-setup\n",
		"a line of a crontab":      "-- crontab --\n* * * * * /srv/bin/worker-report\n",
		"a base for others":        "-- worker/Dockerfile --\nFROM example/base\nENTRYPOINT [\"/entry\"]\n" + service("app", "build: worker\ncommand: [bundle, exec, sidekiq, -t, \"25\"]"),
		"what keeps a place":       service("worker", "image: example/shop\ncommand: sleep infinity"),
		"what is switched off":     service("worker", "image: example/shop\ncommand: [echo, disabled, ./worker]"),
		"the program that is none": service("worker", "image: example/shop\ncommand: [puma]"),
	} {
		t.Run(name, func(t *testing.T) {
			if got := unjudged(t, files); len(got) != 0 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAKillInAScriptIsSaidWhereAServiceMayBeAWorker(t *testing.T) {
	kill := "-- deploy.sh --\n#!/bin/sh\ndocker compose down -t 1\n"
	for command, want := range map[string]string{"[/app/work]": "C411", "[puma]": ""} {
		if got := ids(check(t, service("worker", "image: example/shop\ncommand: "+command)+kill, doctor.Options{})); got != want {
			t.Errorf("%s: found %q, want %q", command, got, want)
		}
	}
}
