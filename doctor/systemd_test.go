package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// told writes findings as words: the severity's letter with the rule, and the message.
func toldOf(r *doctor.Report) string {
	b := &strings.Builder{}
	for _, f := range r.Findings {
		fmt.Fprintf(b, "%.1s %s: %s; %s\n", f.Severity, f.Rule, f.Message, f.Workload)
	}
	return b.String()
}

const sidekiq = "ExecStart=/usr/bin/bundle exec sidekiq -t 25\nRestart=always\n"

func TestUnitsAreJudgedByAllThatCounts(t *testing.T) {
	for _, c := range []struct {
		name, files string
		want        []string // parts of lines, in order; none: nothing is found
	}{
		{"drop-ins count by their own names", "-- a-b.service --\n[Service]\n" + sidekiq + "-- service.d/99-z.conf --\n[Service]\nTimeoutStopSec=11\n-- a-b.service.d/10-a.conf --\n[Service]\nTimeoutStopSec=12\n",
			[]string{"e S501: Sidekiq needs 30 s to stop, and has 11 s"}},
		{"of one name the most exact folder's counts", "-- a-b.service --\n[Service]\n" + sidekiq + "-- a-.service.d/10-a.conf --\n[Service]\nTimeoutStopSec=11\n-- a-b.service.d/10-a.conf --\n[Service]\nTimeoutStopSec=12\n",
			[]string{"e S501: Sidekiq needs 30 s to stop, and has 12 s"}},
		{"each place's drop-ins by themselves", "-- u/a.service --\n[Service]\n" + sidekiq + "-- x/a.service.d/a.conf --\n[Service]\nTimeoutStopSec=11\n-- y/a.service.d/a.conf --\n[Service]\nTimeoutStopSec=99\n",
			[]string{"e S501: Sidekiq needs 30 s to stop, and has 11 s; a.service (x)"}},
		{"a shell below the default KillMode", "-- a.service --\n[Service]\nExecStart=/bin/sh -c 'bundle exec sidekiq -t 25'\nRestart=always\n", []string{"w S504: if the server's sh is dash (Debian's and Ubuntu's is), sh -c stays in front of Sidekiq"}},
		{"RQ's second signal", "-- a.service --\n[Service]\nExecStart=/bin/sh -c 'rq worker'\nRestart=always\nTimeoutStopSec=0\n", []string{"w S504: if the server's sh", "e S505"}},
		{"RQ's second signal in a script", "-- a.service --\n[Service]\nWorkingDirectory=/srv/a\nExecStart=/srv/a/w.sh\nRestart=always\nTimeoutStopSec=0\n-- w.sh --\n#!/bin/sh\nrq worker\n", []string{"e S504", "e S505"}},
		{"mixed and the server's sh", "-- a.service --\n[Service]\nExecStart=/bin/sh -c 'bundle exec sidekiq -t 25'\nRestart=always\nKillMode=mixed\n", []string{"w S502: if the server's sh is dash"}},
		{"mixed and a shell by its name", "-- a.service --\n[Service]\nExecStart=/bin/dash -c 'bundle exec sidekiq -t 25'\nRestart=always\nKillMode=mixed\n", []string{"e S502: dash -c starts Sidekiq as its child"}},
		{"su", "-- a.service --\n[Service]\nExecStart=/bin/su app -c 'exec bundle exec sidekiq -t 25'\nRestart=always\n", []string{"e S504"}},
		{"npm below mixed", "-- a.service --\n[Service]\nWorkingDirectory=/srv/a\nExecStart=/usr/bin/npm run jobs\nKillMode=mixed\nRestart=always\n-- package.json --\n{\"scripts\": {\"jobs\": \"sidekiq -t 25\"}}\n", []string{"e S502: npm run jobs"}},
		{"process and a worker alone", "-- a.service --\n[Service]\n" + sidekiq + "KillMode=process\n", []string{"w S503"}},
		{"process and a worker that forks", "-- a.service --\n[Service]\nExecStart=/usr/bin/celery -A a worker\nTimeoutStopSec=infinity\nRestart=always\nKillMode=process\n", []string{"e S503"}},
		{"none and a shell", "-- a.service --\n[Service]\nExecStart=/bin/sh -c 'bundle exec sidekiq -t 25'\nRestart=always\nKillMode=none\n", []string{"e S503: KillMode=none: nobody signals Sidekiq"}},
		{"a stop that waits", "-- a.service --\n[Service]\n" + sidekiq + "ExecStop=/bin/sh -c 'kill -TERM $MAINPID; tail --pid=$MAINPID -f /dev/null'\n", nil},
		{"a stop that only quiets", "-- a.service --\n[Service]\n" + sidekiq + "ExecStop=/bin/kill -s TSTP $MAINPID\n", nil},
		{"a stop by number", "-- a.service --\n[Service]\n" + sidekiq + "ExecStop=-/usr/bin/kill -15 $MAINPID\n", []string{"w S506"}},
		{"a stop that kills", "-- a.service --\n[Service]\n" + sidekiq + "ExecStop=/bin/sh -c 'kill -TERM $MAINPID; sleep 5; kill -s KILL $MAINPID'\n", []string{"e S506"}},
		{"a stop that was taken back", "-- a.service --\n[Service]\n" + sidekiq + "ExecStop=/bin/kill -9 $MAINPID\nExecStop=\n", nil},
		{"equal times of Podman and systemd", "-- a.container --\n[Container]\nImage=a\nExec=sidekiq -t 25\nStopTimeout=40\n[Service]\nRestart=always\nTimeoutStopSec=40\n", []string{"e S514"}},
		{"signals by number and name", "-- a.service --\n[Service]\n" + sidekiq + "KillSignal=15\n-- b.service --\n[Service]\n" + sidekiq + "KillSignal=SIGHUP\n-- c.service --\n[Service]\n" + sidekiq + "KillSignal=9\n", []string{"w S517: KillSignal=SIGHUP", "e S517: KillSignal=9"}},
		{"Resque without a signal of its own", "-- a.service --\n[Service]\nExecStart=/usr/bin/bundle exec rake resque:work\nKillMode=mixed\nTimeoutStopSec=infinity\nRestart=always\n", []string{"e S517: no KillSignal=: systemd sends SIGTERM"}},
		{"Resque that is told to end in order", "-- a.service --\n[Service]\nExecStart=/usr/bin/bundle exec rake resque:work\nEnvironment=GRACEFUL_TERM=1\nKillMode=mixed\nTimeoutStopSec=infinity\nRestart=always\n", nil},
		{"a worker of a timer", "-- a.service --\n[Service]\nExecStart=/usr/bin/php artisan queue:work --stop-when-empty\n-- a.timer --\n[Timer]\nOnCalendar=minutely\n", nil},
		{"no SIGKILL", "-- a.service --\n[Service]\n" + sidekiq + "SendSIGKILL=no\n", []string{"e S517: SendSIGKILL"}},
		{"a time that is only known on the server", "-- a.service --\n[Service]\nExecStart=/usr/bin/sidekiq -t %i\nRestart=always\n-- b@.service --\n[Service]\nExecStart=/usr/bin/sidekiq -t %i\nRestart=always\n", []string{`-t is "", which`, `-t is "%i", which`}},
		{"a unit of a user, in a package's folder", "-- usr/lib/systemd/user/a.service --\n[Service]\n" + sidekiq, []string{"w S512"}},
		{"a worker that ends by itself", "-- a.service --\n[Service]\nExecStart=/usr/bin/celery -A a worker\nKillMode=mixed\nTimeoutStopSec=infinity\nRestart=no\n", []string{"w S510"}},
		{"another's files of such names", "-- a.service --\n<?xml version=\"1.0\"?><service><exec>sidekiq</exec></service>\n-- b.service.d/c.conf --\nserver { }\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := toldOf(check(t, c.files, doctor.Options{}))
			lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
			if got == "" {
				lines = nil
			}
			if len(lines) != len(c.want) {
				t.Fatalf("found\n%swant %q", got, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("found\n%swant %q", got, want)
				}
			}
		})
	}
}

// Who owns a platform's rule says it, and nobody says it again.
func TestAnEndlessDrainWithoutAnyGraceSetIsSaidOnce(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    image: a\n    command: [celery, -A, a, worker]\n"
	if got := ids(check(t, "-- pod.yaml --\n"+pod, doctor.Options{})); got != "K201" {
		t.Errorf("found %s", got)
	}
	if got := ids(check(t, "-- compose.yaml --\nservices:\n  w:\n    image: a\n    command: [celery, -A, a, worker]\n", doctor.Options{})); got != "C401" {
		t.Errorf("found %s", got)
	}
}

func TestALeaseIsComparedWithWhatAJobMayTakeAtAStop(t *testing.T) {
	celery := func(stop, visibility string) string {
		return "-- a.service --\n[Service]\nExecStart=/usr/bin/celery -A a worker\nKillMode=mixed\nRestart=always\nTimeoutStopSec=" + stop +
			"\n-- a/settings.py --\nBROKER = {\n    # 'visibility_timeout': 1,\n    'visibility_timeout': " + visibility + ",\n}\n"
	}
	oban := func(stop string) string {
		return "-- a.service --\n[Service]\nExecStart=/srv/a/bin/shop start\nTimeoutStopSec=" + stop + "\n-- mix.exs --\napp: :shop,\n{:oban, \"~> 2.0\"}\n-- config/config.exs --\nconfig :shop, Oban,\n  shutdown_grace_period: :timer.minutes(10),\n" +
			"  plugins: [{Oban.Plugins.Lifeline, rescue_after: :timer.minutes(5)}]\n"
	}
	laravel := func(after string) string {
		return "-- a.service --\n[Service]\nExecStart=/usr/bin/php artisan queue:work --timeout=60\nRestart=always\nTimeoutStopSec=600\n-- config/queue.php --\n<?php return [\n  'retry_after' => " + after + ",\n];\n"
	}
	for _, c := range []struct{ files, want string }{
		{oban("11min"), "R704"}, {oban("2min"), ""}, {strings.Replace(laravel("90"), "--timeout=60", "--timeout=900", 1), "R704"},
		{celery("10min", "300"), "R704"}, {celery("10min", "3600"), ""}, {celery("infinity", "300"), ""},
		{laravel("(int) env('QUEUE_RETRY_AFTER', 90)"), ""}, {laravel("env('QUEUE_RETRY_AFTER', 30)"), "R704"}, {laravel("61"), ""}, {laravel("env('X')"), ""},
	} {
		got := ""
		for _, f := range check(t, c.files, doctor.Options{}).Findings {
			if f.Rule == "R704" {
				got += f.Rule
			}
		}
		if got != c.want {
			t.Errorf("found %q, want %q in\n%s", got, c.want, c.files)
		}
	}
}

func TestWhatAWorkerIsToldOfItsGraceIsComparedWithWhatItHas(t *testing.T) {
	for _, c := range []struct{ told, hook, want string }{
		{"60", "", ""}, {"55s", "", ""}, {"50", "", ""}, {"20", "", "w"}, {"61", "", "e"}, {"soon", "", ""},
		{"60", "lifecycle: {preStop: {sleep: {seconds: 10}}}, ", "e"}, {"50", "lifecycle: {preStop: {sleep: {seconds: 10}}}, ", ""},
	} {
		r := check(t, "-- w.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 60\n      containers:\n"+
			"      - {name: w, image: a, command: [tasuki, supervise, --timeout, \"20\", --, ./w], "+c.hook+"env: [{name: TASUKI_GRACE, value: \""+c.told+"\"}]}\n", doctor.Options{})
		got := ""
		for _, f := range r.Findings {
			if f.Rule == "R703" {
				got += f.Severity.String()[:1]
			}
		}
		if got != c.want {
			t.Errorf("told %s, %q: found %q, want %q", c.told, c.hook, got, c.want)
		}
	}
}
