package chain

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A change is what a variable was before.
type change struct {
	name string
	old  deploy.Text
	had  bool
	may  []string
}

// A mark is a state to come back to.
type mark struct {
	log     int
	args    []deploy.Text
	others  [][]deploy.Text
	dir     string
	errexit bool
}

func (s *state) save() mark {
	return mark{log: len(s.log), args: s.args, others: s.others, dir: s.dir, errexit: s.errexit}
}

// restore takes back what has changed, and tells what that was.
func (s *state) restore(m mark) map[string]deploy.Text {
	changed := map[string]deploy.Text{}
	for i := len(s.log) - 1; i >= m.log; i-- {
		c := s.log[i]
		if _, ok := changed[c.name]; !ok {
			changed[c.name] = s.vars[c.name]
		}
		if c.had {
			s.vars[c.name] = c.old
		} else {
			delete(s.vars, c.name)
		}
		if delete(s.choices, c.name); c.may != nil {
			s.choices[c.name] = c.may
		}
	}
	s.log = s.log[:m.log]
	s.args, s.others, s.dir, s.errexit = m.args, m.others, m.dir, m.errexit
	return changed
}

// doubt takes back what may have changed: such variables may hold one or the other.
func (s *state) doubt(m mark) {
	others := s.others
	if len(m.args) == 0 && len(s.args) > 0 {
		others = append(slices.Clone(others), s.args)
	}
	held := map[string][]string{}
	for _, c := range s.log[m.log:] {
		held[c.name] = s.choices[c.name]
	}
	changed := s.restore(m)
	if len(others) > len(s.others) && len(others) < 20 {
		s.others = others
	}
	for name, value := range changed {
		old, had := s.vars[name]
		may := slices.Clone(s.choices[name])
		for _, v := range held[name] {
			if !slices.Contains(may, v) {
				may = append(may, v)
			}
		}
		if !value.Open && !slices.Contains(may, value.Value) {
			may = append(may, value.Value)
		}
		if had && !old.Open && !slices.Contains(may, old.Value) {
			may = append(may, old.Value)
		}
		s.set(name, deploy.Text{Value: "$" + name, Pos: value.Pos, Open: true})
		if len(may) > 0 && len(may) < 20 {
			s.choices[name] = may
		}
	}
}
