package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var c405 = Rule{
	ID: "C405", Name: "compose-string-operators", Severity: Error,
	Finds: "A command or entrypoint that is one string with &&, ||, |, ;, & or a redirection in it, outside of quotes.",
	Why: `No shell reads that string: compose splits it into words by itself. Its second version stops at the first such operator
and drops all that follows (mattn/go-shellwords, which compose-go uses); the first one handed it on as arguments. A
worker that stands behind the operator is never started. Where it stands in front the operator does nothing, which is a
warning.`,
	Fix: `Give the string to a shell, with exec in front of the worker: ["sh", "-c", "prepare && exec worker"].`,
	Bad: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bin/rails db:prepare && bundle exec sidekiq -t 25
    stop_grace_period: 35s
`,
	Good: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: ["sh", "-c", "bin/rails db:prepare && exec bundle exec sidekiq -t 25"]
    stop_grace_period: 35s
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			c, ok := k.Detail.(composed)
			if !ok {
				continue
			}
			for _, str := range c.service.Strings {
				if str.Rest != "" && s.site.follower.starts(k.Workload, str.Text) {
					say(k.operators(str))
				}
			}
		}
	},
}

// starts says whether a string would start a worker if a shell read it.
func (f *follower) starts(w *deploy.Workload, text deploy.Text) bool {
	if text.Open {
		return false
	}
	trial := *w
	trial.Entry = &deploy.Command{Pos: text.Pos, Words: []deploy.Text{{Value: "sh", Pos: text.Pos}, {Value: "-c", Pos: text.Pos}, text}}
	trial.Command = nil
	return f.follow(&trial).worker()
}

// operators says what becomes of a string that a shell should have read.
func (k *work) operators(str compose.String) Finding {
	operator := strings.FieldsFunc(str.Rest+" ", func(r rune) bool { return !strings.ContainsRune("&|;<>", r) })[0]
	f := Finding{Pos: str.Text.Pos, cause: str.Text.Pos, rank: 3, Workload: k.Name,
		Message: fmt.Sprintf("compose splits this string without a shell and drops everything from %s on", operator),
		Fix:     "give it to a shell, with exec in front of the worker"}
	if k.worker() {
		f.Severity, f.rank = Warning, 0
		f.Outcome = "the worker runs, but what follows it does not happen"
		f.Fix = "take it out, or give the string to a shell, with exec in front of the worker"
		return f
	}
	f.Outcome = "the container runs " + str.Part + " and ends: no worker is started at the next deploy"
	f.Paste = []string{`command: ["sh", "-c", "PREPARE && exec WORKER"]`}
	return f
}
