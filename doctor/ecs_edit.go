package doctor

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

// A patch collects changes of lines, several on one line too.
type patch struct {
	site    *site
	changed map[Pos]string
	order   []Pos
	inserts []Edit
}

func (s *scene) patch() *patch { return &patch{site: s.site, changed: map[Pos]string{}} }

// line is a line as it is by now.
func (p *patch) line(at Pos) (string, bool) {
	at = Pos{File: at.File, Line: at.Line}
	if text, ok := p.changed[at]; ok {
		return text, true
	}
	lines := p.site.pages.lines(at.File)
	if at.Line < 1 || at.Line > len(lines) {
		return "", false
	}
	return lines[at.Line-1], true
}

func (p *patch) set(at Pos, text string) {
	at = Pos{File: at.File, Line: at.Line}
	if _, ok := p.changed[at]; !ok {
		p.order = append(p.order, at)
	}
	p.changed[at] = text
}

// number replaces a number that stands once on a line; with a word in front of it, behind
// that.
func (p *patch) number(at Pos, word, from, to string) bool {
	text, ok := p.line(at)
	if !ok || from == "" || strings.Trim(from, "0123456789") != "" {
		return false
	}
	whole := regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(from) + `($|[^\w.])`)
	begin := 0
	if word != "" && strings.Count(text, word) == 1 {
		begin = strings.Index(text, word) + len(word)
		if m := whole.FindStringIndex(text[begin:]); m == nil {
			return false
		}
	} else if len(whole.FindAllStringIndex(text, 2)) != 1 {
		return false
	}
	m := whole.FindStringSubmatchIndex(text[begin:])
	p.set(at, text[:begin+m[3]]+to+text[begin+m[4]:])
	return true
}

func (p *patch) edits() []Edit {
	all := p.inserts
	for _, at := range p.order {
		all = append(all, Edit{File: at.File, First: at.Line, Last: at.Line, Lines: []string{p.changed[at]}})
	}
	return all
}

// setStop writes a container's stopTimeout: in its place, or beside its other keys.
func (p *patch) setStop(c *ecs.Container, value string) bool {
	if n := c.StopTimeout(); n.Exists() {
		if n.Text().Value == value {
			return true
		}
		return p.number(n.Pos(), stopWord(p, n.Pos()), n.Text().Value, value)
	}
	if c.Task.Form == ecs.Manifest {
		return p.manifest(c, value)
	}
	return !c.Node.Partly() && p.beside(c, value)
}

var stopName = regexp.MustCompile(`(?i)stop_?timeout`)

// stopWord is how the line names the setting; empty: it does not.
func stopWord(p *patch, at Pos) string {
	text, _ := p.line(at)
	return stopName.FindString(text)
}

// beside puts a line in front of the one on which a key of the container stands alone.
func (p *patch) beside(c *ecs.Container, value string) bool {
	var first deploy.Text
	for key, n := range c.Node.Pairs() {
		text, ok := p.line(key.Pos)
		if !ok || key.Pos.File != c.Pos().File || !strings.Contains(text, key.Value) {
			continue
		}
		if first.Value == "" {
			first = key
		}
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		rest := text[len(indent):]
		if !strings.HasPrefix(strings.TrimLeft(rest, `"'`), key.Value) || n.IsOpen() && c.Task.Form == ecs.JSON {
			continue
		}
		line, ok := p.like(c, key.Value, rest, value)
		if !ok {
			return false
		}
		p.inserts = append(p.inserts, Edit{File: key.Pos.File, First: key.Pos.Line, Last: key.Pos.Line - 1, Lines: []string{indent + line}})
		return true
	}
	name, ok := c.StopName()
	return ok && first.Value != "" && p.inline(first, name, value)
}

// like writes the setting in the way of a neighbour's line.
func (p *patch) like(c *ecs.Container, key, neighbour, value string) (string, bool) {
	name, ok := c.StopName()
	if !ok {
		return "", false
	}
	if q := neighbour[0]; q == '"' || q == '\'' {
		name = string(q) + name + string(q)
	}
	rest := strings.TrimLeft(neighbour, `"'`)[len(key):]
	rest = strings.TrimLeft(rest, `"'`)
	sign := strings.TrimLeft(rest, " ")
	if sign == "" || sign[0] != ':' && sign[0] != '=' {
		return "", false
	}
	end := ""
	if strings.HasPrefix(neighbour, `"`) && sign[0] == ':' && c.Task.Form != ecs.YAML || c.Node.Flow() || strings.HasSuffix(strings.TrimSpace(neighbour), ",") {
		end = ","
	}
	if sign[0] == '=' {
		at := strings.Index(neighbour, "=")
		return fmt.Sprintf("%-*s= %s%s", max(at, len(name)+1), name, value, end), true
	}
	return name + ": " + value + end, true
}

// inline puts the setting in front of a container's first key, on the same line.
func (p *patch) inline(first deploy.Text, name, value string) bool {
	text, _ := p.line(first.Pos)
	for _, quote := range []string{`"`, ""} {
		word := quote + first.Value + quote
		if strings.Count(text, word) != 1 {
			continue
		}
		at := strings.Index(text, word)
		if open := strings.TrimRight(text[:at], " "); !strings.HasSuffix(open, "{") && !strings.HasSuffix(open, ",") {
			return false
		}
		sign, rest := ": ", strings.TrimLeft(text[at+len(word):], " ")
		if strings.HasPrefix(rest, "=") {
			sign = " = "
		}
		p.set(first.Pos, text[:at]+quote+name+quote+sign+value+", "+text[at:])
		return true
	}
	return false
}

// manifest adds an override at the end of a manifest that has none.
func (p *patch) manifest(c *ecs.Container, value string) bool {
	file := c.Task.Pos.File
	lines := p.site.pages.lines(file)
	if c.Task.List.Get("taskdef_overrides").Exists() || len(lines) == 0 || c != c.Task.Containers[0] {
		return false
	}
	at := len(lines)
	for at > 0 && strings.TrimSpace(lines[at-1]) == "" {
		at--
	}
	p.inserts = append(p.inserts, Edit{File: file, First: at + 1, Last: at, Lines: append([]string{""}, override(value)...)})
	return true
}

func override(value string) []string {
	return []string{"taskdef_overrides:", "  - path: ContainerDefinitions[0].StopTimeout", "    value: " + value}
}

// paste is the setting in the form of the container's file.
func stopLines(c *ecs.Container, value string) []string {
	name, _ := c.StopName()
	switch {
	case c.Task.Form == ecs.YAML:
		return []string{name + ": " + value}
	case c.Task.Form == ecs.HCL && !c.Node.Flow(): // else it is JSON in a text or a file
		return []string{name + " = " + value}
	case c.Task.Form == ecs.Manifest:
		return override(value)
	}
	return []string{`"` + name + `": ` + value + `,`}
}

var flagWord = regexp.MustCompile(`-{1,2}[\w-]+$|[A-Z][A-Z_]+$|timeout$`)
