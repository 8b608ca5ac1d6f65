package supervise

import (
	"slices"
	"strconv"
	"time"
)

// A slot is one place of N. The plan's goroutine owns it.
type slot struct {
	number    int
	living    []*process
	failures  int       // workers in a row that ended by themselves too soon
	notBefore time.Time // when the next may be started
	broken    string    // why none is started any more, until a restart
	hidden    string    // who may be a living worker of it that cannot be seen
	surplus   bool      // there are fewer slots now: it goes when it is empty
	last      string    // how the last one ended
}

func (s *slot) name() string { return strconv.Itoa(s.number) }

// fresh is the worker that is to stay.
func (s *slot) fresh() *process {
	for _, p := range s.living {
		if p.stays() {
			return p
		}
	}
	return nil
}

// olds are those that are replaced.
func (s *slot) olds() []*process {
	var olds []*process
	for _, p := range s.living {
		if !p.stays() {
			olds = append(olds, p)
		}
	}
	return olds
}

// takesJobs says whether a worker of the slot still takes jobs.
func (s *slot) takesJobs() bool { return slices.ContainsFunc(s.living, (*process).takes) }

// busy is how many jobs the slot's workers have, as far as they tell.
func (s *slot) busy() (jobs int) {
	for _, p := range s.living {
		jobs += max(0, p.report.Busy)
	}
	return jobs
}

func (s *slot) has(identity string) bool {
	return slices.ContainsFunc(s.living, func(p *process) bool { return p.identity == identity })
}

func (s *slot) drop(p *process) {
	s.living = slices.DeleteFunc(s.living, func(o *process) bool { return o == p })
}

// identity is the n-th one of the slot, from 1.
func (s *slot) identity(n int) string {
	if n == 1 {
		return s.name()
	}
	return s.name() + "." + strconv.Itoa(n)
}
