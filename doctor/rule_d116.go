package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var d116 = Rule{
	ID: "D116", Name: "shell-entrypoint-drops-cmd", Severity: Error,
	Finds: "An ENTRYPOINT in shell form with a CMD beside it.",
	Why: `Docker starts /bin/sh -c with the string of such an ENTRYPOINT and nothing else: a CMD, with the worker or its timeout in
it, is ignored, and so are arguments that somebody gives at the start.`,
	Fix: "Write the ENTRYPOINT as an array.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT exec bundle exec sidekiq
CMD ["-t", "60"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT ["bundle", "exec", "sidekiq"]
CMD ["-t", "60"]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			entry, c := k.Starts()
			if entry == nil || c == nil || entry.Form != deploy.Shell || k.Image == nil || k.Image.Entry != entry {
				continue
			}
			if !k.worker() && !s.site.follower.wouldStart(k, c) {
				continue
			}
			line := entry.Instruction("ENTRYPOINT") + " " + list(strings.TrimPrefix(entry.Words[len(entry.Words)-1].Value, "exec "))
			f := Finding{Pos: entry.Pos, cause: entry.Pos, rank: 3, Workload: k.Name, Message: fmt.Sprintf("the ENTRYPOINT is in shell form, so that %q (%s) does not count", c.String(), c.Pos),
				Outcome: "the worker starts without what it says, its timeout for one, or does not start", Fix: "write the ENTRYPOINT as an array"}
			if plain(entry.Words[len(entry.Words)-1].Value) {
				f.Paste = []string{line}
			}
			say(f)
		}
	},
}

// wouldStart says whether a command that does not count would start a worker.
func (f *follower) wouldStart(k *work, c *deploy.Command) bool {
	w := *k.Workload
	w.Entry, w.Command = c, &deploy.Command{}
	return f.follow(&w).worker()
}
