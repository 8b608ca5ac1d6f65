package compose

import (
	"bytes"
	"path"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// vars are the variables that compose puts into its files: those of .env.
type vars map[string]string

// Variables that no file sets stand in a value between these runes, which no file has,
// until it becomes a Text that is Open.
const (
	openMark  = "\ue000"
	closeMark = "\ue001"
)

// readVars reads the project's .env, and those of what it includes.
func (p *Project) readVars() {
	p.vars = vars{}
	for i := len(p.gate.includes) - 1; i >= 0; i-- {
		p.dotenv(path.Join(p.gate.includes[i].dir, ".env"))
	}
	p.dotenv(path.Join(p.Dir, ".env"))
}

func (p *Project) dotenv(name string) {
	if !p.files.Exists(name) {
		return
	}
	content, err := p.files.Read(name)
	if err == nil {
		var found map[string]string
		if found, err = parseEnv(content); err == nil {
			for key, value := range found {
				p.vars[key] = value
			}
			return
		}
	}
	p.note(Note{Pos: deploy.Pos{File: p.files.Shown(name)}, Text: "cannot be read as an env file: " + err.Error(), Unread: true})
}

// parseEnv reads an env file. Variables in it that it does not set itself are empty.
func parseEnv(content []byte) (map[string]string, error) {
	defer quiet()()
	return dotenv.ParseWithLookup(bytes.NewReader(content), func(string) (string, bool) { return "", false })
}

// expand puts variables into a string, as compose does: $NAME, ${NAME}, ${NAME:-default}
// and their like; $$ is a $.
func (v vars) expand(s string, depth int) string {
	if !strings.Contains(s, "$") || depth > 20 {
		return s
	}
	b := &strings.Builder{}
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		rest := s[i+1:]
		switch n := nameLength(rest); {
		case rest[0] == '$':
			b.WriteByte('$')
			i += 2
		case n > 0:
			b.WriteString(v.value(rest[:n]))
			i += 1 + n
		case rest[0] == '{' && braced(rest) > 0:
			n := braced(rest)
			b.WriteString(v.braces(rest[1:n], depth))
			i += n + 2
		default:
			b.WriteByte('$')
			i++
		}
	}
	return b.String()
}

func (v vars) value(name string) string {
	if value, ok := v[name]; ok {
		return value
	}
	return openMark + name + closeMark
}

// braces is the value of what stands between ${ and }.
func (v vars) braces(s string, depth int) string {
	n := nameLength(s)
	name, op := s[:n], s[n:]
	value, set := v[name]
	word := strings.TrimLeft(op, ":")
	if n == 0 || op != "" && (word == "" || !strings.Contains("-+?", word[:1])) {
		return openMark + s + closeMark // compose refuses it
	}
	if strings.HasPrefix(op, ":") {
		set = set && value != ""
	}
	switch {
	case op == "":
		return v.value(name)
	case word[0] == '-' && !set:
		return v.expand(word[1:], depth+1)
	case word[0] == '+' && set:
		return v.expand(word[1:], depth+1)
	case word[0] == '+':
		return ""
	case word[0] == '?' && !set:
		return openMark + name + closeMark
	}
	return value
}

func nameLength(s string) int {
	for i := range len(s) {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || s[i] == '_' || i > 0 && s[i] >= '0' && s[i] <= '9') {
			return i
		}
	}
	return len(s)
}

// braced is where the brace that s begins with is closed; 0: nowhere.
func braced(s string) int {
	depth := 0
	for i := range len(s) {
		switch {
		case s[i] == '{' && (i == 0 || s[i-1] == '$'):
			depth++
		case s[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

// text is a value after expand, as people write it.
func text(value string, pos deploy.Pos) deploy.Text {
	t := deploy.Text{Value: value, Pos: pos, Open: strings.Contains(value, openMark)}
	if t.Open {
		t.Value = strings.NewReplacer(openMark, "${", closeMark, "}").Replace(value)
	}
	return t
}
