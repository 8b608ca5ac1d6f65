package doctor

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var d118 = Rule{
	ID: "D118", Name: "no-reaper", Severity: Info,
	Finds: "A worker in Go, Node or Python as the first process of an image that has a browser or an office program, without an init.",
	Why: `Such programs leave children behind when they end, or are killed, and the first process has to collect them. A shell or an
init does; Go, Node and Python do not, and the dead pile up until no process can be started any more.`,
	Fix: "An init in front: tasuki init --, tini --, or the platform's (init: true, initProcessEnabled).",
	Bad: `-- Dockerfile --
FROM node:22
RUN apt-get update && apt-get install -y chromium
WORKDIR /app
COPY . .
CMD ["node", "dist/worker.js"]
-- package.json --
{"dependencies": {"bullmq": "^5.0.0", "puppeteer-core": "^24.0.0"}}
`,
	Good: `-- Dockerfile --
FROM node:22
RUN apt-get update && apt-get install -y chromium tini
WORKDIR /app
COPY . .
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/worker.js"]
-- package.json --
{"dependencies": {"bullmq": "^5.0.0", "puppeteer-core": "^24.0.0"}}
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if !k.worker() || k.Image == nil || k.kind().Runtime == "" || k.Init.Known() || k.Platform == deploy.Supervisor || k.Platform == deploy.Docker && s.used(k) {
				continue
			}
			if slices.ContainsFunc(k.chain.Links, func(l chain.Link) bool {
				return l.Role == chain.Init || l.Role == chain.OurInit || l.Role == chain.Services
			}) {
				continue
			}
			if what := breeder(k.Image); what != "" {
				say(Finding{Pos: k.chain.Program[0].Pos, Workload: k.Name, Message: fmt.Sprintf("%s is the first process, and the image has %s: nobody collects what that leaves behind", k.kind().Name, what),
					Outcome: "dead processes pile up while the container lives", Fix: "an init in front of the worker: tasuki init --, or tini --"})
			}
		}
	},
}

// used says whether something else says how the image is run.
func (s *scene) used(k *work) bool {
	return slices.ContainsFunc(s.works, func(o *work) bool { return o != k && o.Platform != deploy.Docker && o.Image == k.Image })
}

var breeders = regexp.MustCompile(`\b(chromium|google-chrome|firefox|puppeteer|playwright|libreoffice|soffice)\b`)

// breeder is a program of an image that leaves children behind.
func breeder(m *deploy.Image) string {
	if what := breeders.FindString(m.Base); what != "" {
		return what
	}
	for _, r := range m.Runs {
		if what := breeders.FindString(r.Value); what != "" {
			return what
		}
	}
	return ""
}
