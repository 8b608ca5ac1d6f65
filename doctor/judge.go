package doctor

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// judge follows all workloads and asks all rules.
func (s *site) judge(r *Report) {
	all := &scene{site: s}
	for _, w := range s.workloads {
		k := s.follower.follow(w)
		all.works = append(all.works, k)
		if !k.worker() {
			s.unfollowed(k)
			continue
		}
		s.strangers(k)
		r.Workers = append(r.Workers, Worker{Name: k.Name, Kind: k.kind().Name, Pos: k.Pos, Command: strings.Join(deploy.Values(k.chain.Program), " "), Sum: k.sum})
	}
	kept, ignored := s.sort(all.run())
	r.Findings, r.Ignored = append(r.Findings, kept...), append(r.Ignored, ignored...)
	r.Notes = append(r.Notes, s.notes...)
	r.Files += s.files
}
