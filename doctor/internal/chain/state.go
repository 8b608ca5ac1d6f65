package chain

import (
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A state is what a shell remembers: its variables, its arguments, its folder.
type state struct {
	vars    map[string]deploy.Text
	arrays  map[string][]deploy.Text
	choices map[string][]string // what an uncertain variable may hold
	args    []deploy.Text
	others  [][]deploy.Text // what args may be instead, where nobody gives any
	dir     string
	errexit bool
	log     []change
}

// Bounds of a shell's memory: a script may double a word as often as it likes.
const (
	longest  = 16 << 10 // of a value
	mostArgs = 500
	mostLog  = 50000
)

func (s *state) set(name string, value deploy.Text) {
	if len(value.Value) > longest || len(s.log) > mostLog {
		value = deploy.Text{Value: "$" + name, Pos: value.Pos, Open: true}
	}
	old, had := s.vars[name]
	s.log = append(s.log, change{name, old, had, s.choices[name]})
	s.vars[name] = value
	delete(s.choices, name)
}

func (s *state) setArgs(args []deploy.Text) {
	if len(args) > mostArgs {
		args = args[:mostArgs]
	}
	s.args, s.others = args, nil
}

// chosen are words with each of the values that an uncertain variable in front may hold.
func (s *state) chosen(words []deploy.Text) [][]deploy.Text {
	if !words[0].Open {
		return [][]deploy.Text{words}
	}
	name := strings.Trim(words[0].Value, `"${}`)
	name = strings.TrimSuffix(name, "[@]")
	may := s.choices[name]
	if len(may) == 0 {
		return [][]deploy.Text{words}
	}
	var all [][]deploy.Text
	for _, value := range may {
		all = append(all, append(split(deploy.Text{Value: value, Pos: words[0].Pos}), words[1:]...))
	}
	return all
}

func (s *state) shift(words []deploy.Text) {
	n := 1
	if len(words) > 0 {
		n, _ = strconv.Atoi(words[0].Value)
	}
	if n >= 0 && n <= len(s.args) {
		s.args = s.args[n:]
	}
}

// options is set -e and set -- WORDS.
func (s *state) options(words []deploy.Text) {
	for i, w := range words {
		switch v := w.Value; {
		case v == "--":
			s.setArgs(words[i+1:])
			return
		case short(v, 'e'), v == "-o" && i+1 < len(words) && words[i+1].Value == "errexit":
			s.errexit = true
		case len(v) > 1 && v[0] == '+' && strings.Contains(v, "e"):
			s.errexit = false
		case !strings.HasPrefix(v, "-") && !strings.HasPrefix(v, "+") && (i == 0 || !valued(words[i-1].Value)):
			s.setArgs(words[i:])
			return
		}
	}
}

func (s *state) cd(words []deploy.Text) {
	words = afterFlags(words)
	if len(words) == 1 && !words[0].Open && words[0].Value != "-" {
		s.dir = joined(s.dir, words[0].Value)
	}
}
