package doctor

import (
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var p607 = Rule{
	ID: "P607", Name: "procfile-runner", Severity: Error,
	Finds: "An image, a service or a unit that runs foreman start or overmind start with too little time for a worker of its Procfile.",
	Why: `foreman and overmind kill what still runs 5 s after they asked it to end, however much time the platform gives, unless -t
says more. They were made for development: foreman also ends all processes as soon as one of them has ended.`,
	Fix: "A container or a unit for each process; or -t with what the slowest worker needs, and a grace of the platform that is longer.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
WORKDIR /srv/shop
COPY . .
CMD ["bundle", "exec", "foreman", "start"]
-- Procfile --
web: bin/rails server
worker: bundle exec sidekiq
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
WORKDIR /srv/shop
COPY . .
CMD ["bundle", "exec", "foreman", "start", "-t", "30"]
-- Procfile --
web: bin/rails server
worker: bundle exec sidekiq
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if r, ok := runnerOf(s.site.workFiles, k); ok {
				s.runs(r, say)
			}
		}
	},
}

// runs judges the workers that a runner starts: the slowest is said.
func (s *scene) runs(r *runner, say func(Finding)) {
	var worst *Finding
	for _, k := range s.works {
		if k.Platform != deploy.Procfile || k.Pos.File != r.procfile || !k.worker() || !r.starts(k) {
			continue
		}
		inner := *k
		inner.sum = &Sum{Need: s.site.follower.needs(k), Grace: r.grace}
		if f, ok := r.finding(&inner); ok && (worst == nil || f.Sum.Needed() > worst.Sum.Needed()) {
			worst = &f
		}
	}
	if worst != nil {
		say(*worst)
	}
}

// finding says that a worker has too little time, or that it waits without an end and the runner
// does not.
func (r *runner) finding(k *work) (Finding, bool) {
	kind, limit := k.kind().Name, deploy.Seconds(r.grace.Time)
	f := Finding{Pos: r.at, cause: r.at, Workload: r.Name, Sum: k.sum, Fix: "start the worker by itself, in a container or a unit of its own; or give it the time",
		Message: fmt.Sprintf("%s kills %s (%s) %s after the stop signal, and it needs %s", r.name, kind, k.Name, limit, deploy.Seconds(k.sum.Needed())),
		Outcome: fmt.Sprintf("%s kills all jobs that still run %s after the stop signal, whatever the platform's grace is", r.name, limit),
		Paste:   []string{fmt.Sprintf("%s start -t %d", r.name, int(k.proposed().Seconds()))}}
	switch {
	case k.sum.Breaks():
		return f, true
	case slices.ContainsFunc(k.sum.Need, func(n Figure) bool { return n.Endless }) && r.grace.Default:
		f.Severity, f.Paste = Warning, nil
		f.Message = fmt.Sprintf("%s kills %s (%s) %s after the stop signal, and it waits for its jobs for as long as they take", r.name, kind, k.Name, limit)
		f.Fix += ", with -t"
		return f, true
	}
	return Finding{}, false
}
