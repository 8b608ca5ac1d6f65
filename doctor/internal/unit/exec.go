package unit

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An Exec is a command of ExecStart= and its like.
type Exec struct {
	Pos    deploy.Pos
	Prefix string // of the characters - @ + ! : |
	Words  []deploy.Text
}

// String is the command for people.
func (x Exec) String() string { return strings.Join(deploy.Values(x.Words), " ") }

// Commands are those of a setting, one or more to a line.
func (u *Unit) Commands(section, key string, env Env) (all []Exec) {
	for _, e := range u.All(section, key) {
		all = append(all, u.commands(e, env)...)
	}
	return all
}

// commands are those of a line: a lone semicolon is between two.
func (u *Unit) commands(e Entry, env Env) (all []Exec) {
	var words []word
	end := func() {
		if len(words) > 0 {
			all = append(all, u.exec(e, words, env))
		}
		words = nil
	}
	for _, w := range split(e.Value) {
		if w.text == ";" && !w.quoted && !w.bare {
			end()
			continue
		}
		words = append(words, w)
	}
	end()
	return all
}

// exec reads one command: with @ in front of the program its second word is only a name
// for it, and with : no variables are put in.
func (u *Unit) exec(e Entry, words []word, env Env) Exec {
	x := Exec{Pos: e.Pos}
	program := strings.TrimLeft(words[0].text, "-@+!:|")
	x.Prefix = words[0].text[:len(words[0].text)-len(program)]
	words[0].text = program
	if program == "" && len(words) > 1 { // a blank behind the prefix
		words = words[1:]
	}
	for i, w := range words {
		if i == 1 && strings.Contains(x.Prefix, "@") {
			continue
		}
		if i == 0 {
			x.Words = append(x.Words, u.program(e, w))
			continue
		}
		text, open := expand(w.text, u.Name)
		t := deploy.Text{Value: text, Pos: e.at(w.offset), Open: open && !sentence(text)}
		if strings.Contains(x.Prefix, ":") {
			x.Words = append(x.Words, t)
			continue
		}
		x.Words = append(x.Words, env.put(t)...)
	}
	return x
}

// program is the first word. Of its folder no more is needed than that there is one: what
// only the server knows of it does not matter.
func (u *Unit) program(e Entry, w word) deploy.Text {
	text, open := expand(w.text, u.Name)
	dir, base := path.Split(text)
	if open && !strings.Contains(base, "%") && dir != "" {
		open = false
		if !path.IsAbs(text) {
			text = "/" + text
		}
	}
	return deploy.Text{Value: text, Pos: e.at(w.offset), Open: open}
}

// sentence says whether a word holds a command of its own, for a shell. What is not known of
// that stays in it as it is written.
func sentence(text string) bool { return strings.ContainsAny(text, blanks) }

// Env is what a command's variables are taken from.
type Env struct {
	Values map[string]deploy.Text
	Open   bool           // there are more, which no file here shows
	File   deploy.EnvFile // that may set them otherwise
}

// managers are variables that systemd sets by itself, or may.
var managers = map[string]bool{"PATH": true, "HOME": true, "USER": true, "LOGNAME": true, "SHELL": true, "LANG": true, "MAINPID": true,
	"INVOCATION_ID": true, "RUNTIME_DIRECTORY": true, "STATE_DIRECTORY": true, "CACHE_DIRECTORY": true, "LOGS_DIRECTORY": true,
	"CONFIGURATION_DIRECTORY": true, "CREDENTIALS_DIRECTORY": true, "XDG_RUNTIME_DIR": true, "NOTIFY_SOCKET": true, "TERM": true}

// get is a variable's value. One that is known not to be set is empty.
func (v Env) get(name string) (value string, ok bool) {
	t, ok := v.Values[name]
	switch {
	case ok:
		return t.Value, !t.Open && !v.File.Sets(name)
	case v.Open || managers[name]:
		return "", false
	}
	return "", true
}

// put puts variables into a word: $NAME as a whole word becomes as many as its value has,
// ${NAME} is put in anywhere, $$ is a dollar.
func (v Env) put(t deploy.Text) []deploy.Text {
	if name, ok := strings.CutPrefix(t.Value, "$"); ok && isName(name) {
		value, ok := v.get(name)
		if !ok {
			t.Open = true
			return []deploy.Text{t}
		}
		var all []deploy.Text
		for _, w := range split(value) {
			all = append(all, deploy.Text{Value: w.text, Pos: t.Pos})
		}
		return all
	}
	b, closed := &strings.Builder{}, !sentence(t.Value)
	for rest := t.Value; rest != ""; {
		i := strings.IndexByte(rest, '$')
		if i < 0 || i+1 == len(rest) {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		name, braced := between(rest)
		switch {
		case rest[1] == '$':
			b.WriteByte('$')
			rest = rest[2:]
		case braced:
			written := rest[:len("${}")+len(name)]
			value, ok := v.get(name)
			if !ok {
				value, t.Open = written, t.Open || closed
			}
			b.WriteString(value)
			rest = rest[len(written):]
		default:
			b.WriteByte('$')
			rest = rest[1:]
		}
	}
	t.Value = b.String()
	return []deploy.Text{t}
}

// between is the NAME of ${NAME}, with which a text begins.
func between(text string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(text, "${")
	end := strings.IndexFunc(rest, func(r rune) bool { return r > 'z' || !letter(byte(r)) && r != '_' && (r < '0' || r > '9') })
	if !ok || end < 1 || rest[end] != '}' || !isName(rest[:end]) {
		return "", false
	}
	return rest[:end], true
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && !letter(c) && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
