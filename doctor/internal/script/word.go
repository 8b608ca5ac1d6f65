package script

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// word is a word's value, if it is plain text.
func (w *walker) word(n *syntax.Word) Word {
	b := &strings.Builder{}
	if plain(b, n.Parts) {
		return Word{Value: b.String(), Said: b.String()}
	}
	said := w.said(n)
	if p, ok := bareVariable(n); ok {
		if v, set := w.vars[p]; set && !strings.ContainsAny(v, "$`") {
			return Word{Value: v, Open: strings.ContainsAny(v, " \t"), Said: v}
		}
	}
	return Word{Value: w.text(n), Open: true, Said: said}
}

// said is a word as it is written, with what its variables were set to behind it.
func (w *walker) said(n *syntax.Word) string {
	text := w.text(n)
	syntax.Walk(n, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil && len(text) < 2000 {
			if v := w.vars[p.Param.Value]; v != "" {
				text += " " + v
			}
		}
		return true
	})
	return text
}

func bareVariable(n *syntax.Word) (string, bool) {
	if len(n.Parts) != 1 {
		return "", false
	}
	part := n.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Exp != nil || p.Length || p.Excl {
		return "", false
	}
	return p.Param.Value, true
}

func plain(b *strings.Builder, parts []syntax.WordPart) bool {
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(p.Value, "\\\n", ""), `\`, ""))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			if !plain(b, p.Parts) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// fronts are programs that start another one, with those of their options that have a value,
// and how many words of their own stand in front of it.
var fronts = map[string]struct {
	valued []string
	own    int
}{
	"sudo": {[]string{"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "--user", "--group"}, 0}, "doas": {[]string{"-u"}, 0},
	"env": {[]string{"-u", "-C"}, 0}, "nohup": {nil, 0}, "time": {nil, 0}, "nice": {[]string{"-n"}, 0}, "ionice": {[]string{"-c", "-n"}, 0},
	"exec": {[]string{"-a"}, 0}, "command": {nil, 0}, "setsid": {nil, 0}, "timeout": {[]string{"-s", "-k", "--signal", "--kill-after"}, 1},
	"xargs": {[]string{"-I", "-n", "-P", "-L", "-d", "-s", "-a"}, 0}, "parallel": {[]string{"-j"}, 0},
}

// Bare takes sudo, env, xargs and the like away from in front of a command.
func Bare(words []Word) []Word {
	for range deepest {
		for len(words) > 0 && assignment(words[0].Value) {
			words = words[1:]
		}
		if len(words) == 0 {
			return nil
		}
		front, ok := fronts[path.Base(words[0].Value)]
		if !ok {
			return words
		}
		rest := behind(words[1:], front.valued)
		for len(rest) > 0 && assignment(rest[0].Value) {
			rest = rest[1:]
		}
		if len(rest) <= front.own {
			return words
		}
		words = rest[front.own:]
	}
	return words
}

func assignment(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == ""
}

// behind are the words behind options.
func behind(words []Word, valued []string) []Word {
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") && len(words[0].Value) > 1 {
		option := words[0].Value
		words = words[1:]
		if option == "--" {
			return words
		}
		for _, v := range valued {
			if v == option && len(words) > 0 {
				words = words[1:]
			}
		}
	}
	return words
}

var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "ksh": true}

// handed is the text that a command gives to a shell: that of sh -c, of su -c, of ssh, of
// eval.
func handed(words []Word) (string, bool) {
	name := path.Base(words[0].Value)
	switch {
	case shells[name] || name == "su" || name == "runuser":
		for i, w := range words[1:] {
			if strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "--") && strings.HasSuffix(w.Value, "c") && i+2 < len(words) {
				return unquoted(words[i+2]), true
			}
		}
	case name == "eval":
		return joined(words[1:])
	case name == "ssh":
		rest := behind(words[1:], []string{"-i", "-p", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-e", "-E", "-m", "-O", "-Q", "-S", "-W", "-w"})
		if len(rest) > 1 {
			more := behind(rest[1:], []string{"-i", "-p", "-l", "-o", "-F", "-J"})
			return joined(more)
		}
	case name == "docker" || name == "podman" || name == "kubectl" || name == "docker-compose":
		for i, w := range words {
			if shells[path.Base(w.Value)] && i+2 < len(words) && strings.HasSuffix(words[i+1].Value, "c") && strings.HasPrefix(words[i+1].Value, "-") {
				return unquoted(words[i+2]), true
			}
		}
	}
	return "", false
}

func joined(words []Word) (string, bool) {
	var all []string
	for _, w := range words {
		all = append(all, unquoted(w))
	}
	return strings.Join(all, " "), len(all) > 0
}

// unquoted is a word's text as the shell would see it: of one with variables in it what
// stands between its quotes.
func unquoted(w Word) string {
	if !w.Open {
		return w.Value
	}
	if len(w.Value) > 1 && w.Value[0] == '"' && w.Value[len(w.Value)-1] == '"' {
		return strings.ReplaceAll(w.Value[1:len(w.Value)-1], `\"`, `"`)
	}
	return w.Value
}

// readsShell says whether a command reads its commands from standard input.
func readsShell(words []Word) bool {
	name := path.Base(words[0].Value)
	switch {
	case shells[name]:
		rest := behind(words[1:], []string{"-o", "-O"})
		for _, w := range words[1:] {
			if w.Value == "-s" || w.Value == "-se" || w.Value == "-es" || w.Value == "-" {
				return true
			}
			if strings.HasSuffix(w.Value, "c") && strings.HasPrefix(w.Value, "-") {
				return false
			}
		}
		return len(rest) == 0
	case name == "ssh":
		rest := behind(words[1:], []string{"-i", "-p", "-l", "-o", "-F", "-J"})
		return len(rest) == 1 || len(rest) > 1 && readsShell(Bare(rest[1:]))
	}
	return false
}
