package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
)

var d110 = Rule{
	ID: "D110", Name: "su", Severity: Error,
	Finds: "su or runuser in front of the worker; sudo is a warning.",
	Why: `su and runuser pass SIGTERM on, wait 2 s, and kill what still runs, whatever it does. sudo passes signals on, but not
those that come from its own group, and stays as one more process that has to get it right.`,
	Fix: "USER in the Dockerfile, or gosu, su-exec, setpriv: they become what they start.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT ["runuser", "-u", "app", "--"]
CMD ["bundle", "exec", "sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT ["setpriv", "--reuid=app", "--init-groups", "--"]
CMD ["bundle", "exec", "sidekiq"]
`,
	check: func(s *scene, say func(Finding)) {
		signals("D110")(s, say)
		s.links(chain.Switcher, func(k *work, l chain.Link) {
			if l.Trap == chain.None {
				say(Finding{Severity: Warning, Pos: l.Pos, Workload: k.Name, Message: fmt.Sprintf("%s stands in front of %s, and has to pass every signal on", l.Name, k.kind().Name),
					Outcome: "a stop signal that it does not pass on costs all jobs", Fix: "USER in the Dockerfile, or gosu, su-exec, setpriv: they become what they start"})
			}
		})
	},
}

// links gives all programs of a role that stand in front of workers.
func (s *scene) links(role chain.Role, each func(*work, chain.Link)) {
	for _, k := range s.works {
		if !k.worker() {
			continue
		}
		for _, l := range k.chain.Links {
			if l.Role == role {
				each(k, l)
			}
		}
	}
}
