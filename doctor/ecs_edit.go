package doctor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

// handBack is the timeout that a worker should have where its platform gives 120 s at most.
const handBack = 110 * time.Second

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
	lines := p.site.lines(at.File)
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
	lines := p.site.lines(file)
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

// fixStop says what a container's stopTimeout should be, and writes it. Where the worker
// needs more than the platform gives, it is the worker that has to be quicker.
func (s *scene) fixStop(k *work, c *ecs.Container) (fix string, paste []string, edits []Edit) {
	if k.sum == nil || k.sum.Open() != "" {
		return "set stopTimeout in the container's definition to what the worker needs: its own timeout and 5 s", nil, nil
	}
	want := s.wanted(k)
	if want <= ecs.MostFargate {
		value := wholeSeconds(want)
		p := s.patch()
		if p.setStop(c, value) {
			edits = p.edits()
		}
		return "set stopTimeout for the container", stopLines(c, value), edits
	}
	if !c.Task.Fargate() {
		value := wholeSeconds(want)
		return "the documented maximum of stopTimeout is 120 s (aws/containers-roadmap#1808): let the worker end by itself before that; or leave stopTimeout out, and give the time to all tasks of the instances, in their user data",
			[]string{"echo ECS_CONTAINER_STOP_TIMEOUT=" + value + "s >> /etc/ecs/ecs.config"}, nil
	}
	return s.quicker(k, c)
}

// wanted is what all have to be given that share the line which says it.
func (s *scene) wanted(k *work) time.Duration {
	most := k.proposed()
	for _, other := range s.works {
		if other.sum != nil && other.worker() && other.Grace.Pos == k.Grace.Pos && other.sum.Open() == "" {
			most = max(most, other.proposed())
		}
	}
	if k.sum.Needed() <= ecs.MostFargate && most > ecs.MostFargate {
		return ecs.MostFargate
	}
	return most
}

// quicker is for workers that need more than Fargate gives.
func (s *scene) quicker(k *work, c *ecs.Container) (fix string, paste []string, edits []Edit) {
	own := k.sum.Need[0]
	limit := min(handBack, ecs.MostFargate-(k.sum.Needed()-own.Time)).Truncate(rounding)
	if own.Default || !own.Pos.Known() {
		return "Fargate gives 120 s at most: make jobs shorter, or such that they go on where they were; and keep deployments away from a busy task with task protection (ecs:UpdateTaskProtection)", stopLines(c, "120"), nil
	}
	p := s.patch()
	from, to := strconv.FormatInt(int64(own.Time/k.unit()), 10), strconv.FormatInt(int64(limit/k.unit()), 10)
	if p.number(own.Pos, flagOn(p, own), from, to) && p.setStop(c, "120") {
		edits = p.edits()
	}
	return fmt.Sprintf("Fargate gives 120 s at most: let %s hand its jobs back after %s, set stopTimeout to 120, and keep deployments away from longer jobs with task protection (ecs:UpdateTaskProtection)", k.kind().Name, deploy.Seconds(limit)),
		append([]string{ownLine(own, to)}, stopLines(c, "120")...), edits
}

// ownLine is a worker's own time as it is set: by a flag, a variable, a key of a file.
func ownLine(own Figure, value string) string {
	switch word := flagWord.FindString(own.What); {
	case strings.HasPrefix(word, "--"):
		return word + "=" + value
	case strings.HasPrefix(word, "-"):
		return word + " " + value
	case word == "timeout":
		return "timeout: " + value
	}
	return own.What + "=" + value
}

// unit is of a number that the worker's flags have.
func (k *work) unit() time.Duration {
	if k.kind().Unit > 0 {
		return k.kind().Unit
	}
	return time.Second
}

var flagWord = regexp.MustCompile(`-{1,2}[\w-]+$|[A-Z][A-Z_]+$|timeout$`)

// flagOn is the flag in front of a figure, if its line has it once.
func flagOn(p *patch, f Figure) string {
	text, _ := p.line(f.Pos)
	if word := flagWord.FindString(f.What); word != "" && strings.Count(text, word) == 1 {
		return word
	}
	return ""
}
