package doctor

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/script"
)

var v655 = Rule{
	ID: "V655", Name: "delayed-job-restart", Severity: Error,
	Finds: "delayed_job stop or delayed_job restart in a script, a recipe, a CI file or a crontab.",
	Why: `The daemons gem, by which bin/delayed_job is a daemon, sends TERM, waits 20 s, and kills (force_kill_waittime in its
application.rb). Delayed Job itself ends after its job, however long that takes: a job that is killed stays locked until
max_run_time is over, four hours by default, and nobody sees it. Delayed Job has no option for the time
(collectiveidea/delayed_job#320); daemons has, behind --daemon-options.`,
	Fix: "Let systemd run bin/delayed_job run, with a TimeoutStopSec that fits, or tasuki supervise, which replaces workers without killing any; or give daemons more time.",
	Bad: `-- deploy.sh --
#!/bin/sh
git pull
RAILS_ENV=production bundle exec bin/delayed_job -n3 restart
`,
	Good: `-- deploy.sh --
#!/bin/sh
git pull
systemctl reload shop-workers
`,
	check: func(s *scene, say func(Finding)) {
		for _, f := range s.site.recipes {
			for _, c := range f.calls {
				if verb, wait, ok := delayed(c); ok && f.scopeOf(&c, script.Kill{}) != disposes {
					say(Finding{Pos: Pos{File: f.shown, Line: c.Line}, Workload: c.Unit,
						Message: fmt.Sprintf("delayed_job %s asks the workers to end, and kills them %d s later", verb, wait),
						Outcome: fmt.Sprintf("a job that takes longer than %d s is cut off; its row stays locked until max_run_time is over, 4 hours by default", wait),
						Fix:     "run bin/delayed_job run under systemd or tasuki supervise; or give daemons more time",
						Paste:   []string{"bin/delayed_job " + verb + " --daemon-options=-w,600"}})
				}
			}
		}
	},
}

// enough is a wait of daemons that somebody has chosen with jobs in mind.
const enough = 60

// delayed finds delayed_job's own stop, with the time after which it kills.
func delayed(c script.Call) (verb string, wait int, ok bool) {
	at := -1
	for i, w := range c.Words {
		if base := path.Base(w.Value); base == "delayed_job" || base == "delayed_job.rb" {
			at = i
			break
		}
		if rest, cut := strings.CutPrefix(w.Value, "delayed_job:"); cut && c.Name() == "cap" && (rest == "stop" || rest == "restart") {
			return rest, 20, true
		}
		if !starter(w.Value) {
			return "", 0, false
		}
	}
	if at < 0 {
		return "", 0, false
	}
	wait = 20
	for i, w := range c.Words[at+1:] {
		switch v := w.Value; {
		case v == "stop" || v == "restart":
			verb = v
		case strings.HasPrefix(v, "--daemon-options="):
			wait = waitOf(strings.Split(strings.TrimPrefix(v, "--daemon-options="), ","), wait)
		case v == "-w" && at+2+i < len(c.Words):
			wait = waitOf([]string{"-w", c.Words[at+2+i].Value}, wait)
		case strings.HasPrefix(v, "--signals_and_waits"):
			return "", 0, false
		}
	}
	return verb, wait, verb != "" && wait < enough
}

func waitOf(words []string, otherwise int) int {
	for i, w := range words {
		if w == "-w" && i+1 < len(words) {
			if n, err := strconv.Atoi(words[i+1]); err == nil {
				return n
			}
		}
	}
	return otherwise
}

// starter says whether a word may stand in front of a program that it starts.
func starter(word string) bool {
	switch path.Base(word) {
	case "bundle", "exec", "ruby", "env", "cap", "rbenv", "rvm", "do", "chruby-exec", "--", "production", "staging", "within", "cd":
		return true
	}
	return strings.HasPrefix(word, "-") || strings.Contains(word, "=") || strings.HasPrefix(word, "$")
}
