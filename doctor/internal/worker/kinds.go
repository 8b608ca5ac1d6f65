package worker

import "time"

// What Ruby's are, by their own sources: sidekiq 6.5 to 8.1 (lib/sidekiq/config.rb, manager.rb, cli.rb), solid_queue 1.5
// (lib/solid_queue.rb, supervisor/signals.rb), good_job 4.19 (lib/good_job/configuration.rb, cli.rb), delayed_job 4.2
// (lib/delayed/worker.rb), resque 3.0 and resque-pool 0.8 (resque.go), que 2.4 (command_line_interface.rb),
// faktory_worker_ruby 2.2 (lib/faktory.rb, cli.rb).
var (
	Sidekiq = &Kind{Name: "Sidekiq", Time: 25 * time.Second, Extra: 3 * time.Second, ExtraIs: "for ensure blocks", Flags: []string{"-t", "--timeout"},
		wins: sidekiqCode, files: []look{sidekiqYAML}, Quiets: true}
	SidekiqSwarm = &Kind{Name: "Sidekiq (swarm)", Time: 25 * time.Second, Extra: 3 * time.Second, ExtraIs: "for ensure blocks", Flags: []string{"-t", "--timeout"},
		wins: sidekiqCode, files: []look{sidekiqYAML}, Quiets: true, Forks: true}
	DelayedJob = &Kind{Name: "Delayed Job", Endless: true, files: []look{delayedJobRaises}, Ends: []End{{Flag: "--exit-on-complete"}, {Flag: "jobs:workoff"}}}
	SolidQueue = &Kind{Name: "Solid Queue", Time: 5 * time.Second, files: []look{rails("solid_queue", "SolidQueue")}}
	GoodJob    = &Kind{Name: "GoodJob", Endless: true, Flags: []string{"--shutdown-timeout"}, Env: []string{"GOOD_JOB_SHUTDOWN_TIMEOUT"}, files: []look{rails("good_job", "GoodJob")},
		Ends: []End{{Flag: "--idle-timeout"}, {Variable: "GOOD_JOB_IDLE_TIMEOUT"}}}
	// Puma stops its own requests first (solid_queue, lib/puma/plugin/solid_queue.rb); what is said of GoodJob is its shutdown, which waits without
	// an end where it is given none (good_job, lib/good_job.rb).
	SolidQueuePuma = &Kind{Name: "Solid Queue in Puma", Web: true, Time: 5 * time.Second, files: []look{rails("solid_queue", "SolidQueue")}}
	GoodJobAsync   = &Kind{Name: "GoodJob in Puma", Web: true, Endless: true}

	Resque = &Kind{Name: "Resque", Endless: true, Forks: true, Stops: []string{"QUIT"}, Aborts: []string{"TERM", "INT"}, drains: resqueDrains, files: []look{resqueTime},
		Graceful: "GRACEFUL_TERM=1 in its environment", Assigns: true, Ends: []End{{Variable: "INTERVAL", Zero: true}}}
	ResquePool = &Kind{Name: "resque-pool", Endless: true, Forks: true, Apart: true, Stops: []string{"QUIT"}, Aborts: []string{"TERM", "INT"}, drains: poolDrains, files: []look{resqueTime},
		Graceful: "--term-graceful-wait, and TERM_CHILD only with a RESQUE_PRE_SHUTDOWN_TIMEOUT"}
	Que         = &Kind{Name: "Que", Endless: true}
	FaktoryRuby = &Kind{Name: "Faktory worker (Ruby)", Time: 25 * time.Second, Flags: []string{"-t", "--timeout"}, files: []look{faktoryYAML}, Quiets: true}
)

// Python's and PHP's: celery 4.4 to 5.6 (celery/apps/worker.py, app/defaults.py), rq 1.0 to 2.10 (rq/worker/base.py, cli/workers.py),
// dramatiq 2.2 (dramatiq/cli.py), huey 3.3 (huey/consumer.py), arq 0.26 (arq/worker.py), laravel 5.8 to 13 (Illuminate/Queue/Worker.php, Console/WorkCommand.php), horizon 5.29 (src/MasterSupervisor.php).
var (
	Celery = &Kind{Name: "Celery", Endless: true, Forks: true, files: []look{celerySoft}, Aborts: []string{"QUIT"}, Runtime: "Python"}
	RQ     = &Kind{Name: "RQ", Endless: true, Forks: true, Apart: true, Dies: true, Runtime: "Python",
		Ends: []End{{Flag: "--burst"}, {Flag: "-b"}, {Flag: "--max-idle-time"}, {Flag: "--max-jobs", Counts: true}}}
	Dramatiq = &Kind{Name: "Dramatiq", Time: 10 * time.Minute, Flags: []string{"--worker-shutdown-timeout"}, Unit: time.Millisecond, Forks: true, Runtime: "Python"}
	Huey     = &Kind{Name: "Huey", Endless: true, Stops: []string{"INT"}, Aborts: []string{"TERM"}, Runtime: "Python"}
	Arq      = &Kind{Name: "arq", files: []look{arqSettings}, Runtime: "Python", Ends: []End{{Flag: "--burst"}}}
	Laravel  = &Kind{Name: "Laravel", Time: time.Minute, Flags: []string{"--timeout"}, Stops: []string{"TERM", "QUIT"}, NoEnd: []string{"0"},
		Ends: []End{{Flag: "--once"}, {Flag: "--stop-when-empty"}, {Flag: "--stop-when-empty-for"}, {Flag: "--max-time"}, {Flag: "--max-jobs", Counts: true}}}
	// It has no handler for a signal (laravel, Illuminate/Queue/Listener.php); what it does then is up to the framework's version.
	LaravelListen = &Kind{Name: "Laravel queue:listen", Time: time.Minute, Flags: []string{"--timeout"}, Stops: []string{"TERM"}, NoEnd: []string{"0"},
		drains: func(*Found, string, func(string) string) bool { return false }, Graceful: "queue:work in its place"}
	Horizon = &Kind{Name: "Laravel Horizon", Time: time.Minute, Stops: []string{"TERM"}, files: []look{horizonConfig}}
)

// All others: graphile-worker 0.17 (src/config.ts, main.ts; what it gives jobs that it has told to end), oban 2.18 (lib/oban/config.ex),
// asynq 0.26 (server.go, signals_unix.go), river 0.43 (client.go), faktory_worker_go 1.7 (manager.go), Temporal's sdk-go (internal/worker.go).
var (
	Tasuki     = &Kind{Name: "tasuki", Time: 25 * time.Second, Flags: []string{"-t", "--t"}, Env: []string{"TASUKI_TIMEOUT"}, Runtime: "Go", Library: true, Ends: usual}
	Supervisor = &Kind{Name: "tasuki supervise", Endless: true, Flags: []string{"-t", "--timeout"}, files: []look{supervisorFile}}
	BullMQ     = &Kind{Name: "BullMQ", Own: "is decided by the program's own code (what it does on SIGTERM, and how long worker.close() may take)", Runtime: "Node", Library: true, Ends: usual}
	Graphile   = &Kind{Name: "graphile-worker", Time: 5 * time.Second, files: []look{graphileConfig}, Runtime: "Node", Ends: []End{{Flag: "--once"}}}
	N8N        = &Kind{Name: "n8n", Time: 30 * time.Second, Env: []string{"N8N_GRACEFUL_SHUTDOWN_TIMEOUT"}, Runtime: "Node"}
	Asynq      = &Kind{Name: "asynq", Time: 8 * time.Second, Quiets: true, Runtime: "Go", Library: true, Ends: usual}
	River      = &Kind{Name: "River", Endless: true, Runtime: "Go", Library: true, Ends: usual}
	Faktory    = &Kind{Name: "Faktory worker", Time: 25 * time.Second, Quiets: true, Runtime: "Go", Library: true, Ends: usual}
	Temporal   = &Kind{Name: "Temporal worker", Runtime: "Go", Library: true, Ends: usual}
	Oban       = &Kind{Name: "Oban", Time: 15 * time.Second, Stops: []string{"TERM"}, files: []look{obanConfig}}
	Named      = &Kind{Name: "worker", Endless: true, Library: true, Ends: usual} // the user says that it is one
)

// usual are flags with which programs of one's own end by themselves, as they are commonly called.
var usual = []End{{Flag: "--once"}, {Flag: "--drain"}, {Flag: "--burst"}, {Flag: "--stop-when-empty"}, {Flag: "--max-time"}, {Flag: "--exit-on-complete"}}

// Kinds are all that are known by themselves.
var Kinds = []*Kind{Tasuki, Supervisor, Sidekiq, SidekiqSwarm, DelayedJob, SolidQueue, SolidQueuePuma, GoodJob, GoodJobAsync, Resque, ResquePool, Que, Celery, RQ, Dramatiq, Huey, Arq,
	Laravel, LaravelListen, Horizon, BullMQ, Graphile, N8N, Asynq, River, Faktory, FaktoryRuby, Temporal, Oban}
