package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kamal"
)

var c412 = Rule{
	ID: "C412", Name: "kamal-proxy-role", Severity: Error,
	Finds: "A Kamal role that the proxy serves and that works jobs off as well, Solid Queue in Puma above all, with less time than these need.",
	Why: `Kamal stops a role that its proxy serves with docker stop and no time of its own: that is Docker's 10 s, and
drain_timeout does not change it (basecamp/kamal#1348, #1372, #1768). Newer versions of Kamal have stop_timeout for it
(basecamp/kamal#1813). Solid Queue in Puma is what Rails sets up; its own 5 s fit in, a longer shutdown_timeout does
not.`,
	Fix: "Give the jobs a role of their own, which the proxy does not serve; or set stop_timeout, if your Kamal has it.",
	Bad: `-- config/deploy.yml --
service: shop
image: example/shop
servers:
  web: [192.0.2.1]
  all:
    hosts: [192.0.2.2]
    proxy: true
    cmd: bundle exec sidekiq -t 25
drain_timeout: 40
`,
	Good: `-- config/deploy.yml --
service: shop
image: example/shop
servers:
  web: [192.0.2.1]
  jobs:
    hosts: [192.0.2.2]
    cmd: bundle exec sidekiq -t 25
drain_timeout: 40
`,
	check: kamalShort(true, func(k *work) (string, []string) {
		return "a role of its own for the jobs, which the proxy does not serve; or stop_timeout, if your Kamal has it", []string{k.stopTimeout()}
	}),
}

// kamalShort finds roles whose time is too short.
func kamalShort(proxied bool, mend func(*work) (string, []string)) func(*scene, func(Finding)) {
	return func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			r, ok := k.Detail.(*kamal.Role)
			if !ok || k.Platform != deploy.Kamal || r.Proxied != proxied {
				continue
			}
			if f, short := k.short(); short {
				f.Fix, f.Paste = mend(k)
				say(f)
			}
		}
	}
}

// stopTimeout is the line that gives a role the time that it needs.
func (k *work) stopTimeout() string {
	return fmt.Sprintf("stop_timeout: %d", int(k.proposed().Seconds()))
}
