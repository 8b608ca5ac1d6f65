package doctor

import (
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var d115 = Rule{
	ID: "D115", Name: "entry-json-cmd-shell", Severity: Error,
	Finds: "An ENTRYPOINT as an array with a CMD in shell form.",
	Why: `Docker hands the CMD to the entry point as three arguments: /bin/sh, -c, and the string. An entry script that execs what it
is given becomes that shell, which stays in front of the worker; an entry point that is the worker itself gets a shell
as its arguments.`,
	Fix: "Write the CMD as an array too.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
COPY entrypoint.sh /usr/local/bin/
ENTRYPOINT ["entrypoint.sh"]
CMD bundle exec sidekiq
-- entrypoint.sh --
#!/bin/sh
exec "$@"
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
COPY entrypoint.sh /usr/local/bin/
ENTRYPOINT ["entrypoint.sh"]
CMD ["bundle", "exec", "sidekiq"]
-- entrypoint.sh --
#!/bin/sh
exec "$@"
`,
	check: func(s *scene, say func(Finding)) {
		signals("D115")(s, say)
		for _, k := range s.works {
			entry, c := k.Starts()
			if !k.worker() || entry == nil || c == nil || entry.Form != deploy.Exec || c.Form != deploy.Shell || k.Image == nil || c.Pos.File != k.Image.Pos.File {
				continue
			}
			if text := c.Words[len(c.Words)-1].Value; slices.Contains(deploy.Values(k.chain.Worker.Words), text) {
				say(Finding{Severity: Warning, Pos: c.Pos, Workload: k.Name, Message: fmt.Sprintf("%s gets /bin/sh -c %q as its arguments", k.kind().Name, text),
					Outcome: "what the CMD sets does not count, or the worker does not start", Fix: "write the CMD as an array", Paste: []string{"CMD " + list(text)}})
			}
		}
	},
}
