package worker

import (
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// resqueDrains says what Resque does on a signal: QUIT lets the job end. TERM and INT end it, at
// once or after RESQUE_PRE_SHUTDOWN_TIMEOUT; GRACEFUL_TERM makes TERM what QUIT is (resque,
// lib/resque/worker.rb, 3.0.0).
func resqueDrains(_ *Found, signal string, env func(string) string) bool {
	switch signal {
	case "QUIT":
		return true
	case "TERM":
		return env("GRACEFUL_TERM") != "" || childWaits(env)
	case "INT":
		return childWaits(env)
	}
	return false
}

// childWaits says whether the job has a time of its own before it is ended: what is no number may
// be one.
func childWaits(env func(string) string) bool {
	if env("TERM_CHILD") == "" || env("FORK_PER_JOB") == "false" || env("RESQUE_PRE_SHUTDOWN_TIMEOUT") == "" {
		return false
	}
	n, err := strconv.ParseFloat(env("RESQUE_PRE_SHUTDOWN_TIMEOUT"), 64)
	return err != nil || n > 0
}

// poolDrains says what resque-pool does: it leaves at once, and its workers with it, unless it is
// told to wait for them. TERM_CHILD turns QUIT and TERM round (resque-pool, lib/resque/pool.rb and
// cli.rb, 0.8.0).
func poolDrains(f *Found, signal string, env func(string) string) bool {
	child := env("TERM_CHILD") != ""
	waits := f.given("--term-graceful-wait") || child && !f.given("--term-graceful")
	switch {
	case signal == "QUIT":
		return !child
	case signal != "TERM" || !waits:
		return false
	case child:
		return resqueDrains(f, "TERM", env)
	}
	return true
}

// resqueTimeout is how long Resque waits for a job that it has told to end, before it kills it.
const resqueTimeout = 4 * time.Second

// resqueTime is what a stop takes where TERM_CHILD gives the job a time.
func resqueTime(f *Found, p Place) (setting, bool) {
	value := func(name string) string { t, _ := f.variable(p, name); return t.Value }
	if !childWaits(value) || value("GRACEFUL_TERM") != "" {
		return setting{}, false
	}
	wait, _ := f.variable(p, "RESQUE_PRE_SHUTDOWN_TIMEOUT")
	s := setting{text: wait, what: "RESQUE_PRE_SHUTDOWN_TIMEOUT and the time to end behind it"}
	end, given := f.variable(p, "RESQUE_TERM_TIMEOUT")
	if !given {
		end = deploy.Text{Value: strconv.FormatFloat(resqueTimeout.Seconds(), 'f', -1, 64)}
	}
	if end.Open {
		s.text = end
	}
	a, errA := strconv.ParseFloat(wait.Value, 64)
	b, errB := strconv.ParseFloat(end.Value, 64)
	if errA == nil && errB == nil {
		s.text.Value = strconv.FormatFloat(a+b, 'f', -1, 64)
	}
	return s, true
}
