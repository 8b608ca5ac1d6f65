package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

func words(line string) []deploy.Text {
	var all []deploy.Text
	for w := range strings.FieldsSeq(line) {
		all = append(all, deploy.Text{Value: w, Pos: deploy.Pos{File: "command", Line: 1}})
	}
	return all
}

func TestAWorkerIsKnownByItsCommand(t *testing.T) {
	for command, want := range map[string]*worker.Kind{
		"sidekiq -t 25":                                 worker.Sidekiq,
		"/usr/local/bundle/bin/sidekiq":                 worker.Sidekiq,
		"sidekiqswarm":                                  worker.SidekiqSwarm,
		"sidekiqmon":                                    nil,
		"bin/delayed_job run":                           worker.DelayedJob,
		"bin/delayed_job stop":                          nil,
		"ruby -I lib script/delayed_job start":          worker.DelayedJob,
		"rake jobs:work":                                worker.DelayedJob,
		"bin/rails jobs:work":                           worker.DelayedJob,
		"bin/jobs":                                      worker.SolidQueue,
		"bin/jobs start":                                worker.SolidQueue,
		"./bin/jobs -c config/queue.yml":                worker.SolidQueue,
		"bin/jobs check":                                nil,
		"bin/jobs --mode async":                         worker.SolidQueue,
		"bin/jobs --mode async check":                   nil,
		"ruby bin/jobs":                                 worker.SolidQueue,
		"rake solid_queue:start":                        worker.SolidQueue,
		"jobs":                                          nil,
		"good_job start":                                worker.GoodJob,
		"good_job --max-threads=4":                      worker.GoodJob,
		"good_job cleanup_preserved_jobs":               nil,
		"rake environment resque:work":                  worker.Resque,
		"resque-pool --environment production":          worker.ResquePool,
		"resque list":                                   nil,
		"resque work":                                   worker.Resque,
		"que ./config/environment.rb":                   worker.Que,
		"celery -A shop worker -l info":                 worker.Celery,
		"huey_consumer shop.huey -w 4":                  worker.Huey,
		"python manage.py run_huey":                     worker.Huey,
		"arq shop.work.Settings":                        worker.Arq,
		"arq --check shop.work.Settings":                nil,
		"arq":                                           nil,
		"bench worker --queue long":                     worker.RQ,
		"bench schedule":                                nil,
		"./manage.py rq worker mails":                   worker.RQ,
		"./manage.py rq scheduler":                      nil,
		"flask rq worker":                               worker.RQ,
		"n8n worker --concurrency=5":                    worker.N8N,
		"n8n start":                                     nil,
		"celery worker -A shop":                         worker.Celery,
		"celery --app=shop worker":                      worker.Celery,
		"celery -A worker worker":                       worker.Celery,
		"celery -A worker beat":                         nil,
		"celery -A worker flower":                       nil,
		"celery -A shop inspect ping":                   nil,
		"celery -A shop multi start w1":                 worker.Celery,
		"celery -A shop multi stopwait w1":              nil,
		"python -m celery -A shop worker":               worker.Celery,
		"python3.12 -X dev -u -m celery -A shop worker": worker.Celery,
		"python manage.py celery worker":                worker.Celery,
		"rq worker --url redis://r high":                worker.RQ,
		"rq info":                                       nil,
		"python -m rq.cli worker":                       worker.RQ,
		"python manage.py rqworker default":             worker.RQ,
		"python manage.py runserver":                    nil,
		"flask rq worker default":                       worker.RQ,
		"flask --app shop rq worker -n a":               worker.RQ,
		"python -m flask rq worker":                     worker.RQ,
		"python manage.py rq worker":                    worker.RQ,
		"flask rq scheduler":                            nil,
		"flask rq info worker":                          nil,
		"flask run":                                     nil,
		"dramatiq shop.tasks":                           worker.Dramatiq,
		"python -m dramatiq shop.tasks":                 worker.Dramatiq,
		"php artisan queue:work --tries=3":              worker.Laravel,
		"php -d memory_limit=512M artisan queue:work":   worker.Laravel,
		"/usr/bin/php8.3 /var/www/artisan horizon":      worker.Horizon,
		"php artisan queue:listen --timeout=60":         worker.LaravelListen,
		"php artisan horizon:terminate":                 nil,
		"php artisan schedule:run":                      nil,
		"airflow celery worker":                         worker.Celery,
		"airflow celery flower":                         nil,
		"faktory-worker -t 8":                           worker.FaktoryRuby,
		"node dist/work":                                worker.Named,
		"java -jar /srv/work":                           worker.Named,
		"tar -x work":                                   nil,
		"node_modules/.bin/graphile-worker":             worker.Graphile,
		"tasuki supervise":                              worker.Supervisor,
		"tasuki --store sqlite:x supervise -n 3":        worker.Supervisor,
		"tasuki status":                                 nil,
		"work":                                          worker.Named,
		"/srv/bin/work --all":                           worker.Named,
		"puma":                                          nil,
	} {
		found, ok := worker.Known{Named: []string{"work"}}.Recognise(words(command))
		switch {
		case want == nil && ok:
			t.Errorf("%q is %s", command, found.Kind.Name)
		case want != nil && (!ok || found.Kind != want):
			t.Errorf("%q is not %s", command, want.Name)
		}
	}
}

// A timeCase is a command with what is around it, and the time that comes of it.
type timeCase struct {
	command string
	env     string // NAME=VALUE …; NAME=? is one that is not known
	file    string // its name, and behind it its content
	content string
	want    string // "25s", "endless", "open"
	line    int    // of the figure in its file
}

var timeCases = []timeCase{
	{command: "sidekiq", want: "25s"},
	{command: "sidekiq -t 8", want: "8s"},
	{command: "sidekiq -t8 -c 5", want: "8s"},
	{command: "sidekiq --timeout=90", want: "1m30s"},
	{command: "sidekiq", file: "config/sidekiq.yml", content: ":concurrency: 5\n:timeout: 60\n", want: "1m0s", line: 2},
	{command: "sidekiq", file: "config/sidekiq.yml", content: "timeout: 60\nproduction:\n  timeout: 70\n", want: "1m10s", line: 3},
	{command: "sidekiq -e staging", file: "config/sidekiq.yml", content: "timeout: 60\nproduction:\n  timeout: 70\nstaging:\n  :timeout: 5\n", want: "5s", line: 5},
	{command: "sidekiq", env: "RACK_ENV=test", file: "config/sidekiq.yml", content: ":timeout: 60\n:production:\n  :timeout: 70\n", want: "1m0s", line: 1},
	{command: "sidekiq", file: "config/sidekiq.yml", content: ":production:\n  :limits:\n    :timeout: 5\n", want: "25s"},
	{command: "sidekiq", file: "config/sidekiq.yml", content: ":timeout: <%= ENV.fetch('T', 40) %>\n", want: "40s", line: 1},
	{command: "sidekiq", env: "T=50", file: "config/sidekiq.yml", content: ":timeout: <%= ENV['T'] || 40 %>\n", want: "50s"},
	{command: "sidekiq", env: "T=?", file: "config/sidekiq.yml", content: ":timeout: <%= ENV['T'] %>\n", want: "open"},
	{command: "sidekiq", file: "config/sidekiq.yml", content: ":timeout: <%= Settings.timeout %>\n", want: "open", line: 1},
	{command: "sidekiq", file: "config/sidekiq.yml", content: "<% if x %>\n:timeout: 4\n<% end %>\n", want: "open", line: 2},
	{command: "sidekiq", file: "config/sidekiq.yml", content: "# :timeout: 60\n", want: "25s"},
	{command: "sidekiq", file: "config/sidekiq.yml", content: ":timeout: [\n", want: "open"},
	{command: "sidekiq -C config/low.yml", file: "config/low.yml", content: ":timeout: 99\n", want: "1m39s", line: 1},
	{command: "sidekiq -C config/gone.yml", want: "open"},
	{command: "sidekiq", file: "config/initializers/sidekiq.rb", content: "Sidekiq.configure_server do |config|\n  config[:timeout] = 33 # s\nend\n", want: "33s", line: 2},
	{command: "sidekiq -t 8", file: "config/initializers/sidekiq.rb", content: "  config[:timeout] = 33\n", want: "33s", line: 1},
	{command: "sidekiq", file: "config/initializers/sidekiq.rb", content: "Sidekiq.configure_server { |server| server[:timeout] = 120 }\n", want: "2m0s", line: 1},
	{command: "sidekiq", file: "config/initializers/sidekiq.rb", content: "Sidekiq.configure_server do |c| c.logger = x; c[:timeout] = ENV.fetch('T') { 40 }; c.x = 1 end\n", want: "40s", line: 1},
	{command: "sidekiq", file: "config/initializers/sidekiq.rb", content: "Sidekiq.configure_server do |config|\n  config.options[:timeout] = 33\nend\n", want: "33s", line: 2},
	{command: "sidekiq", file: "config/initializers/sidekiq.rb", content: "redis[:timeout] = 33\nSidekiq.configure_client { |c| c[:timeout] = 9 }\n", want: "25s"},
	{command: "bin/jobs", want: "5s"},
	{command: "bin/jobs", file: "config/environments/production.rb", content: "  config.solid_queue.shutdown_timeout = 15.minutes\n", want: "15m0s", line: 1},
	{command: "bin/jobs", file: "config/initializers/solid_queue.rb", content: "SolidQueue.shutdown_timeout = 30.seconds\n", want: "30s", line: 1},
	{command: "bin/jobs", file: "config/application.rb", content: "config.solid_queue.shutdown_timeout = ENV.fetch('T', 2).to_i.minutes\n", want: "2m0s", line: 1},
	{command: "bin/jobs", file: "config/application.rb", content: "config.solid_queue.shutdown_timeout = Integer(ENV.fetch('T', '7'))\n", want: "7s", line: 1},
	{command: "bin/jobs", file: "config/application.rb", content: "# config.solid_queue.shutdown_timeout = 1.hour\n", want: "5s"},
	{command: "good_job start", want: "endless"},
	{command: "good_job start --shutdown-timeout=20", want: "20s"},
	{command: "good_job start", env: "GOOD_JOB_SHUTDOWN_TIMEOUT=-1", want: "endless"},
	{command: "good_job start", env: "GOOD_JOB_SHUTDOWN_TIMEOUT=60", file: "config/application.rb", content: "config.good_job.shutdown_timeout = 25\n", want: "25s", line: 1},
	{command: "good_job start --shutdown-timeout=9", file: "config/application.rb", content: "config.good_job.shutdown_timeout = 25\n", want: "9s"},
	{command: "good_job start", env: "GOOD_JOB_SHUTDOWN_TIMEOUT=?", want: "open"},
	{command: "good_job start", file: "config/application.rb", content: "    config.good_job.shutdown_timeout = 2 * 60 # s\n", want: "2m0s", line: 1},
	{command: "good_job start", file: "config/application.rb", content: "config.good_job = {\n  queues: '*', # { a brace\n  cron: {a: {}},\n  shutdown_timeout: 25,\n}\n", want: "25s", line: 4},
	{command: "good_job start", file: "config/initializers/good_job.rb", content: "config.good_job = { shutdown_timeout: x, max_threads: 5 }\n", want: "open", line: 1},
	{command: "good_job start", file: "config/application.rb", content: "config.good_job = { max_threads: 5 }\nconfig.redis = { shutdown_timeout: 5 }\n", want: "endless"},
	{command: "bin/delayed_job run", want: "endless"},
	{command: "bin/delayed_job run", file: "config/initializers/delayed_job.rb", content: "Delayed::Worker.raise_signal_exceptions = :term\n", want: "0s", line: 1},
	{command: "celery -A shop worker", want: "endless"},
	{command: "celery -A shop worker", env: "REMAP_SIGTERM=SIGQUIT", want: "open"},
	{command: "celery worker", env: "REMAP_SIGTERM=SIGQUIT", want: "0s"},
	{command: "celery -A shop worker", env: "REMAP_SIGTERM=SIGQUIT", file: "shop/celery.py", content: "app = Celery()\n", want: "0s"},
	{command: "celery --config shop.conf worker", env: "REMAP_SIGTERM=SIGQUIT", file: "shop/conf.py", content: "worker_soft_shutdown_timeout = 9\n", want: "9s", line: 1},
	{command: "celery -A shop worker", env: "REMAP_SIGTERM=SIGQUIT", file: "celeryconfig.py", content: "worker_soft_shutdown_timeout = 60.0  # one minute\n", want: "1m0s", line: 1},
	{command: "celery -A shop worker", env: "REMAP_SIGTERM=SIGQUIT", file: "shop/settings.py", content: "CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = int(os.environ['X'])\n", want: "open", line: 1},
	{command: "celery -A shop worker", file: "celeryconfig.py", content: "worker_soft_shutdown_timeout = 60\n", want: "endless"},
	{command: "dramatiq a --worker-shutdown-timeout 5000", want: "5s"},
	{command: "dramatiq a", want: "10m0s"},
	{command: "php artisan queue:work", want: "1m0s"},
	{command: "php artisan queue:work --timeout=300", want: "5m0s"},
	{command: "php artisan queue:work --timeout=0", want: "endless"},
	{command: "php artisan horizon", file: "config/horizon.php", content: "'a' => ['timeout' => 1],\n    'timeout' => 90,\n// 'timeout' => 900,\n", want: "1m30s", line: 2},
	{command: "php artisan horizon", file: "config/horizon.php", content: "'timeout' => env('T', 120),\n", want: "2m0s", line: 1},
	{command: "php artisan horizon", file: "config/horizon.php", content: "'timeout' => config('x'),\n", want: "open", line: 1},
	{command: "php artisan horizon", file: "config/horizon.php", content: "'timeout' => 0,\n'timeout' => 90,\n", want: "1m30s", line: 2},
	{command: "php artisan horizon", file: "config/horizon.php", content: "'timeout' => 0,\n", want: "open", line: 1},
	{command: "rake resque:work", want: "endless"},
	{command: "rake resque:work", env: "TERM_CHILD=1", want: "endless"},
	{command: "rake resque:work", env: "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=20", want: "24s"},
	{command: "rake resque:work TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=20 RESQUE_TERM_TIMEOUT=8.5", want: "28.5s"},
	{command: "rake resque:work", env: "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=20 GRACEFUL_TERM=1", want: "endless"},
	{command: "rake resque:work", env: "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=?", want: "open"},
	{command: "rake resque:work", env: "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=9 RESQUE_TERM_TIMEOUT=?", want: "open"},
	{command: "faktory-worker", want: "25s"},
	{command: "faktory-worker", file: "config/faktory.yml", content: ":timeout: 40\n", want: "40s", line: 1},
	{command: "faktory-worker", file: "config/faktory.yml", content: ":timeout: 40\nproduction:\n  :timeout: <%= 50 %>\n", want: "50s", line: 3},
	{command: "faktory-worker", file: "config/faktory.yml", content: "timeout: 40\n", want: "25s"},
	{command: "faktory-worker -C low.yml -t 9", file: "low.yml", content: ":timeout: 40\n", want: "9s"},
	{command: "faktory-worker -C low.yml", file: "low.yml", content: ":timeout: 40\n", want: "40s", line: 1},
	{command: "graphile-worker", want: "5s"},
	{command: "graphile-worker", file: "graphile.config.js", content: "    gracefulShutdownAbortTimeout: 30 * 1000,\n", want: "30s", line: 1},
	{command: "graphile-worker", file: "graphile.config.ts", content: "    gracefulShutdownAbortTimeout: Number(process.env.T),\n", want: "open", line: 1},
	{command: "arq shop.work.Settings", want: "open"},
	{command: "arq shop.work.Settings", file: "shop/work.py", content: "class Settings:\n    pass\n", want: "0s"},
	{command: "arq shop.work.Settings", file: "shop/work.py", content: "class Settings:\n    job_completion_wait = 90  # s\n", want: "1m30s", line: 2},
	{command: "arq --burst shop.work.Settings", file: "shop/work.py", content: "    job_completion_wait: int = WAIT\n", want: "open", line: 1},
	{command: "n8n worker", env: "N8N_GRACEFUL_SHUTDOWN_TIMEOUT=300", want: "5m0s"},
	{command: "tasuki supervise", want: "endless"},
	{command: "tasuki supervise", file: "tasuki.yml", content: "command: w\ntimeout: 10m\n", want: "10m0s", line: 2},
	{command: "tasuki supervise --timeout 90s -- sidekiq -t 5", want: "1m30s"},
	{command: "work", want: "endless"},
}

func TestATimeIsReadWhereTheWorkerReadsIt(t *testing.T) {
	for _, c := range timeCases {
		t.Run(c.command+" "+c.env+" "+c.content, func(t *testing.T) {
			found, ok := worker.Known{Named: []string{"work"}}.Recognise(words(c.command))
			if !ok {
				t.Fatal("it is no worker")
			}
			fig := found.Needs(c.place(), worker.Told{})[0]
			got := fig.Time.String()
			switch {
			case fig.Open != "":
				got = "open"
			case fig.Endless:
				got = "endless"
			}
			if got != c.want || c.line > 0 && (fig.Pos.Line != c.line || fig.Pos.File != c.file) {
				t.Errorf("%s at %v, want %s at line %d: %+v", got, fig.Pos, c.want, c.line, fig)
			}
		})
	}
}

func (c timeCase) place() worker.Place {
	return worker.Place{
		Variable: func(name string) (deploy.Text, bool) {
			for v := range strings.FieldsSeq(c.env) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return deploy.Text{Value: value, Open: value == "?", Pos: deploy.Pos{File: "env", Line: 1}}, true
				}
			}
			return deploy.Text{}, false
		},
		Read: func(name string) ([]byte, string, bool) {
			return []byte(c.content), name, name == c.file && c.file != ""
		},
	}
}

func TestWhatTheUserSaysCountsWhereNothingElseDoes(t *testing.T) {
	told := worker.Told{Timeout: 40 * time.Second, LongestJob: time.Hour}
	for command, want := range map[string]time.Duration{"sidekiq": 40 * time.Second, "sidekiq -t 8": 8 * time.Second, "celery -A x worker": 40 * time.Second} {
		found, _ := worker.Known{}.Recognise(words(command))
		if fig := found.Needs(timeCase{}.place(), told)[0]; fig.Time != want {
			t.Errorf("%s: %v, want %v", command, fig.Time, want)
		}
	}
	found, _ := worker.Known{}.Recognise(words("celery -A x worker"))
	if fig := found.Needs(timeCase{}.place(), worker.Told{LongestJob: time.Hour})[0]; fig.Time != time.Hour {
		t.Errorf("a drain without an end takes %v", fig.Time)
	}
}

func TestResqueLetsItsJobsEndAsItsVariablesSay(t *testing.T) {
	for _, c := range []struct{ command, env, signals string }{
		{"rake resque:work", "", "QUIT"},
		{"rake resque:work", "GRACEFUL_TERM=1", "QUIT TERM"},
		{"rake resque:work GRACEFUL_TERM=1", "", "QUIT TERM"},
		{"rake resque:work", "TERM_CHILD=1", "QUIT"},
		{"rake resque:work", "RESQUE_PRE_SHUTDOWN_TIMEOUT=20", "QUIT"},
		{"rake resque:work", "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=0.0", "QUIT"},
		{"rake resque:work", "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=20", "QUIT TERM INT"},
		{"rake resque:work", "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=20 FORK_PER_JOB=false", "QUIT"},
		{"resque-pool", "", "QUIT"},
		{"resque-pool", "GRACEFUL_TERM=1", "QUIT"},
		{"resque-pool --term-graceful", "", "QUIT"},
		{"resque-pool --term-graceful-wait", "", "QUIT TERM"},
		{"resque-pool", "TERM_CHILD=1", ""},
		{"resque-pool --term-immediate", "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=9", "TERM"},
		{"resque-pool --term-graceful", "TERM_CHILD=1 RESQUE_PRE_SHUTDOWN_TIMEOUT=9", ""},
		{"resque-pool", "TERM_CHILD=1 GRACEFUL_TERM=1", "TERM"},
	} {
		found, ok := worker.Known{}.Recognise(words(c.command))
		if !ok {
			t.Fatal(c.command)
		}
		var got []string
		for _, signal := range []string{"QUIT", "TERM", "INT", "USR1", "HUP"} {
			if found.Drains(signal, func(name string) string { v, _ := timeCase{env: c.env}.place().Variable(name); return v.Value }) {
				got = append(got, signal)
			}
		}
		if strings.Join(got, " ") != c.signals {
			t.Errorf("%s with %q: %v, want %s", c.command, c.env, got, c.signals)
		}
	}
}

func TestAWorkerEndsByItselfAsItsFlagsAndVariablesSay(t *testing.T) {
	for _, c := range []struct{ command, env, want string }{
		{"rq worker", "", ""}, {"rq worker --burst", "", "idle"}, {"rq worker -b", "", "idle"}, {"rq worker --max-jobs 5", "", "busy"}, {"rq worker --max-idle-time=60", "", "idle"},
		{"php artisan queue:work", "", ""}, {"php artisan queue:work --max-time=3600", "", "idle"}, {"php artisan queue:work --max-time=0 --max-jobs=0", "", ""},
		{"php artisan queue:work --max-jobs=1000", "", "busy"}, {"php artisan queue:work --stop-when-empty", "", "idle"},
		{"rake resque:work", "INTERVAL=0", "idle"}, {"rake resque:work INTERVAL=0.0", "", "idle"}, {"rake resque:work", "INTERVAL=0.1", ""}, {"rake resque:work", "INTERVAL=?", ""},
		{"resque-pool", "INTERVAL=0", ""},
		{"good_job start --idle-timeout=60", "", "idle"}, {"good_job", "GOOD_JOB_IDLE_TIMEOUT=60", "idle"},
		{"bin/delayed_job run --exit-on-complete", "", "idle"}, {"rake jobs:work", "", ""}, {"rake jobs:workoff", "", "idle"}, {"graphile-worker --once", "", "idle"}, {"sidekiq --once", "", ""},
		{"work --once", "", "idle"}, {"tasuki supervise -- work --once", "", ""}, {"work -- --once", "", ""},
	} {
		found, ok := worker.Known{Named: []string{"work"}}.Recognise(words(c.command))
		if !ok {
			t.Fatal(c.command)
		}
		ends, idle := found.Ends(timeCase{env: c.env}.place())
		if got := map[bool]string{true: "idle", false: map[bool]string{true: "busy"}[ends]}[idle]; got != c.want {
			t.Errorf("%s with %q: %q, want %q", c.command, c.env, got, c.want)
		}
	}
}

func TestAFlagsValueIsReadInEachWayToWriteIt(t *testing.T) {
	for command, want := range map[string]string{"work -n 3": "3", "work -n3": "3", "work --workers=4": "4", "work --workers 4 -n 5": "5", "work -name x": "", "work --workers-x=3": "", "work -- -n 3": "", "work -n": ""} {
		found, _ := worker.Known{Named: []string{"work"}}.Recognise(words(command))
		if got, _ := found.Flag("-n", "--workers"); got.Value.Value != want {
			t.Errorf("%s: %q, want %q", command, got.Value.Value, want)
		}
	}
}

func FuzzAnyConfigurationIsRead(f *testing.F) {
	for _, c := range timeCases {
		f.Add(c.command, c.content, c.env)
	}
	f.Fuzz(func(t *testing.T, command, content, env string) {
		found, ok := worker.Known{Named: []string{"work"}}.Recognise(words(command))
		if !ok {
			return
		}
		p := timeCase{env: env}.place()
		p.Read = func(name string) ([]byte, string, bool) { return []byte(content), name, true }
		for _, fig := range found.Needs(p, worker.Told{}) {
			if fig.Time < 0 {
				t.Errorf("%v", fig)
			}
		}
	})
}
