package supervisord

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Program is a [program:NAME] of a file.
type Program struct {
	Name    string
	Group   string // that it is stopped with; one that no [group:] of the file names is one by itself
	Command Entry
	shown   string
	entries map[string]Entry
}

var header = regexp.MustCompile(`(?m)^[ \t]*\[(?:program|fcgi-program):[^\]\n]+\]`)

// Holds says whether a file configures programs.
func Holds(content []byte) bool { return header.Match(content) }

// Programs are those of a file that have a command, in their order.
func Programs(shown string, content []byte) (all []*Program) {
	sections := read(shown, content)
	groups := groupsOf(sections)
	for _, s := range sections {
		kind, name, _ := strings.Cut(s.name, ":")
		name = strings.TrimSpace(name)
		command, ok := s.entries["command"]
		if (kind == "program" || kind == "fcgi-program") && ok && command.Value != "" {
			all = append(all, &Program{Name: name, Group: cmp.Or(groups[name], "program "+name), Command: command, shown: shown, entries: s.entries})
		}
	}
	return all
}

// groupsOf are the groups of programs, by the programs' names.
func groupsOf(sections []*section) map[string]string {
	groups := map[string]string{}
	for _, s := range sections {
		if kind, name, _ := strings.Cut(s.name, ":"); kind == "group" {
			for _, program := range strings.Split(s.entries["programs"].Value, ",") {
				groups[strings.TrimSpace(program)] = "group " + strings.TrimSpace(name)
			}
		}
	}
	return groups
}

// Get is a setting of the program's own.
func (p *Program) Get(key string) (Entry, bool) {
	e, ok := p.entries[key]
	return e, ok
}

// Is says whether a setting is on, and where that stands.
func (p *Program) Is(key string) (on bool, at deploy.Pos) {
	e, ok := p.entries[key]
	if !ok {
		return false, deploy.Pos{}
	}
	switch strings.ToLower(e.Value) {
	case "true", "yes", "on", "1", "t", "y":
		return true, e.Pos
	}
	return false, e.Pos
}

// defaultWait is stopwaitsecs where no file says it.
const defaultWait = 10 * time.Second

var variable = regexp.MustCompile(`^%\(ENV_(\w+)\)s$`)

// AutostartVariable is the variable that says whether Supervisor starts it by itself, if one does.
func (p *Program) AutostartVariable() (name string, ok bool) {
	m := variable.FindStringSubmatch(p.entries["autostart"].Value)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// Grace is how long Supervisor waits after the stop signal before it kills.
func (p *Program) Grace() deploy.Figure {
	e, ok := p.entries["stopwaitsecs"]
	if !ok {
		return deploy.Figure{Time: defaultWait, What: "Supervisor's default stopwaitsecs", Pos: p.Command.Pos, Default: true}
	}
	fig := deploy.Figure{What: "stopwaitsecs", Pos: e.Pos}
	n, err := strconv.Atoi(e.Value)
	if fig.Time = time.Duration(n) * time.Second; err != nil || n < 0 || n > 1e9 {
		fig.Time, fig.Open = 0, "is "+strconv.Quote(e.Value)+", which no file here resolves"
	}
	return fig
}

// Signal is what it is told to stop with; without a value: TERM.
func (p *Program) Signal() deploy.Text {
	e, ok := p.entries["stopsignal"]
	if !ok {
		return deploy.Text{}
	}
	return p.text(e.Value, e.Pos)
}

// Words are the words of its command, which no shell reads.
func (p *Program) Words() []deploy.Text {
	parts := split(p.Command.Value)
	words := make([]deploy.Text, len(parts))
	for i, part := range parts {
		words[i] = p.text(part, p.Command.Pos)
	}
	return words
}

// Environment is what it gets besides Supervisor's own: KEY="value",KEY2=value.
func (p *Program) Environment() map[string]deploy.Text {
	all := map[string]deploy.Text{}
	e, ok := p.entries["environment"]
	if !ok {
		return all
	}
	for _, pair := range pairs(e.Value) {
		if key, value, ok := strings.Cut(pair, "="); ok {
			all[strings.TrimSpace(key)] = p.text(value, e.Pos)
		}
	}
	return all
}

// Directory is where it is started; empty: not said.
func (p *Program) Directory() string {
	if t := p.text(p.entries["directory"].Value, deploy.Pos{}); !t.Open {
		return t.Value
	}
	return ""
}

var expression = regexp.MustCompile(`%%|%\((\w+)\)[0-9]*[sd]`)

// text puts in what Supervisor does: %(program_name)s. A variable of its environment is not known.
func (p *Program) text(value string, at deploy.Pos) deploy.Text {
	t := deploy.Text{Value: value, Pos: at}
	if !strings.Contains(value, "%") {
		return t
	}
	t.Value = expression.ReplaceAllStringFunc(value, func(found string) string {
		name := expression.FindStringSubmatch(found)[1]
		switch {
		case found == "%%":
			return "%"
		case name == "program_name" || name == "group_name":
			return p.Name
		case name == "process_num":
			return "0"
		}
		t.Open = true
		if variable, ok := strings.CutPrefix(name, "ENV_"); ok {
			return "${" + variable + "}" // as a shell in the command would have it
		}
		return found
	})
	return t
}
