package doctor

import "fmt"

var c413 = Rule{
	ID: "C413", Name: "kamal-drain", Severity: Error,
	Finds: "A Kamal role without the proxy whose worker needs more than drain_timeout.",
	Why: `Kamal stops such a role with docker stop -t and drain_timeout, 30 s if nobody says otherwise (basecamp/kamal#1348). One
drain_timeout is for all roles; newer versions of Kamal have stop_timeout for each.`,
	Fix: "Raise drain_timeout, or lower the worker's timeout.",
	Bad: `-- config/deploy.yml --
service: shop
image: example/shop
servers:
  web: [192.0.2.1]
  jobs:
    hosts: [192.0.2.2]
    cmd: bundle exec sidekiq -t 60
`,
	Good: `-- config/deploy.yml --
service: shop
image: example/shop
servers:
  web: [192.0.2.1]
  jobs:
    hosts: [192.0.2.2]
    cmd: bundle exec sidekiq -t 60
drain_timeout: 70
`,
	check: kamalShort(false, func(k *work) (string, []string) {
		if k.Grace.What == "stop_timeout" {
			return "raise stop_timeout, or lower the worker's timeout", []string{k.stopTimeout()}
		}
		return "in config/deploy.yml, beside servers", []string{fmt.Sprintf("drain_timeout: %d", int(k.proposed().Seconds()))}
	}),
}
