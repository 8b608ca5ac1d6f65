package tree

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// written is a text that was put together: of literals, whose lines are known, and of
// values, for which marks stand in it.
type written struct {
	marked strings.Builder
	values []*yaml.Node
	lines  []int // of each of its lines the line of the file
	open   bool
	flat   bool // it stands on one line of the file, whatever lines it has
}

// A mark is the number of a value between two characters that no file has.
const (
	markBegin = '\uE0F0'
	markEnd   = '\uE0F1'
)

// mostText is how long a text may be that is put together.
const mostText = 512 << 10

func (w *written) literal(text string, line int) {
	text = strings.Map(func(r rune) rune {
		if r == markBegin || r == markEnd {
			return '?'
		}
		return r
	}, text)
	if len(w.lines) == 0 {
		w.lines = append(w.lines, line)
	}
	for range strings.Count(text, "\n") {
		if !w.flat {
			line++
		}
		w.lines = append(w.lines, line)
	}
	w.marked.WriteString(text)
}

// value puts a value in.
func (w *written) value(y *yaml.Node, f *Forest) {
	if len(w.lines) == 0 {
		w.lines = append(w.lines, y.Line)
	}
	w.open = w.open || y.Kind == yaml.ScalarNode && isOpen(y)
	if t := f.text[y]; t != nil && w.marked.Len()+t.marked.Len() < mostText {
		w.join(t)
		return
	}
	w.values = append(w.values, y)
	w.marked.WriteString(mark(len(w.values) - 1))
}

func mark(i int) string { return fmt.Sprintf("%c%d%c", markBegin, i, markEnd) }

// json is the text with each mark that stands outside of a string as a string of its own.
func (w *written) json() []byte {
	b := &strings.Builder{}
	quoted, escaped := false, false
	for _, c := range w.marked.String() {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && quoted:
			escaped = true
		case c == '"':
			quoted = !quoted
		}
		if c == markBegin && !quoted {
			b.WriteByte('"')
		}
		b.WriteRune(c)
		if c == markEnd && !quoted {
			b.WriteByte('"')
		}
	}
	return []byte(b.String())
}

// join puts another text in. Its lines are those where it stands itself.
func (w *written) join(t *written) {
	first := len(w.values)
	w.values = append(w.values, t.values...)
	w.open = w.open || t.open
	if len(t.lines) > 1 {
		w.lines = append(w.lines, t.lines[1:]...)
	}
	w.marked.WriteString(renumber(t.marked.String(), first))
}

func renumber(marked string, first int) string {
	if first == 0 {
		return marked
	}
	return eachMark(marked, func(i int) string { return mark(first + i) })
}

// eachMark replaces marks. What gets longer than texts are ends there.
func eachMark(text string, by func(i int) string) string {
	b := &strings.Builder{}
	for {
		head, tail, ok := strings.Cut(text, string(markBegin))
		b.WriteString(head)
		if !ok || b.Len() > mostText {
			return b.String()
		}
		digits, rest, _ := strings.Cut(tail, string(markEnd))
		if i, err := strconv.Atoi(digits); err == nil {
			b.WriteString(by(i))
		}
		text = rest
	}
}

// plain is the text as a person would read it.
func (w *written) plain() string {
	return eachMark(w.marked.String(), func(i int) string {
		if i >= len(w.values) {
			return ""
		}
		return shown(w.values[i])
	})
}

// shown is a value within a text.
func shown(y *yaml.Node) string {
	switch {
	case y.Kind != yaml.ScalarNode:
		return "…"
	case isOpen(y):
		return "${" + y.Value + "}"
	}
	return y.Value
}

// template is a text with values in it.
func (e *expr) template(x hclsyntax.Expression) *yaml.Node {
	r := x.Range()
	w := &written{flat: r.Start.Byte < len(e.file.src) && e.file.src[r.Start.Byte] == '"' && !e.whole}
	e.parts(w, x)
	text := w.plain()
	if w.marked.Len() > mostText || len(text) > mostText {
		return e.open(x)
	}
	e.in.Forest.made += w.marked.Len() / 20 // texts that double each other end as lists do
	y := e.scalar("", "!!str", r)
	if w.flat {
		y.Style = yaml.DoubleQuotedStyle
	}
	if len(w.lines) > 0 {
		y.Line = w.lines[0]
	}
	if y.Value = text; w.open {
		y.Tag = OpenTag
	}
	if len(w.values) > 0 || strings.Contains(y.Value, "\n") {
		e.in.Forest.text[y] = w
	}
	return y
}

func (e *expr) parts(w *written, x hclsyntax.Expression) {
	if w.marked.Len() > mostText || e.depth > 200 {
		w.open = true
		return
	}
	switch x := x.(type) {
	case *hclsyntax.TemplateExpr:
		for _, part := range x.Parts {
			e.deeper().parts(w, part)
		}
	case *hclsyntax.LiteralValueExpr:
		if y := e.literal(x); y.Tag == "!!str" {
			w.literal(y.Value, x.SrcRange.Start.Line)
		} else {
			w.value(y, e.in.Forest)
		}
	case *hclsyntax.TemplateJoinExpr:
		list := e.eval(x.Tuple)
		if list.Kind != yaml.SequenceNode {
			w.value(list, e.in.Forest)
			return
		}
		for _, item := range list.Content {
			w.value(item, e.in.Forest)
		}
	case *hclsyntax.ConditionalExpr:
		truth, known := truth(e.eval(x.Condition))
		switch {
		case !known:
			w.value(e.eval(x), e.in.Forest)
		case truth:
			e.deeper().parts(w, x.TrueResult)
		default:
			e.deeper().parts(w, x.FalseResult)
		}
	default:
		w.value(e.eval(x), e.in.Forest)
	}
}

// render puts values into a template that is a file of its own.
func (f *Forest) render(content []byte, at deploy.Pos, in *Scope, depth int) (y *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &SyntaxError{File: at.File, What: fmt.Sprint(r)}
		}
	}()
	if len(content) > mostHCL || nested(content) {
		return nil, &SyntaxError{File: at.File, What: errDeep.Error() + ", or too large"}
	}
	x, diags := hclsyntax.ParseTemplate(content, at.File, hcl.Pos{Line: max(at.Line, 1), Column: 1})
	if err := hclError(at.File, diags); err != nil {
		return nil, err
	}
	e := &expr{file: &HCL{name: at.File, src: content}, in: in, depth: depth + 1, whole: true}
	return e.template(x), nil
}

// raw is the content of a file as a text.
func (f *Forest) raw(content []byte, shown string) *yaml.Node {
	y := f.scalar(string(content), "!!str", shown, 1)
	w := &written{}
	w.literal(y.Value, 1)
	f.text[y] = w
	return y
}

// JSON is what a text says, or the node itself if it is no text: jsonencode, whose text
// nobody needs, leaves what it is given.
func (n Node) JSON() (Node, error) {
	y := follow(n.y)
	if y == nil || y.Kind != yaml.ScalarNode {
		return n, nil
	}
	w := &written{}
	if n.far != nil && n.far.text[y] != nil {
		w = n.far.text[y]
	} else if !isOpen(y) {
		w.literal(y.Value, n.Text().Pos.Line)
	}
	if w.marked.Len() == 0 {
		return n, nil
	}
	doc, err := JSON(n.pos(y).File, w.json())
	if err != nil {
		if s, ok := err.(*SyntaxError); ok {
			s.Line = w.line(s.Line)
		}
		return n, err
	}
	f := n.far
	if f == nil {
		f = NewForest()
	}
	return f.settle(doc, w, n), nil
}

func (w *written) line(i int) int {
	if i < 1 || i > len(w.lines) {
		return 0
	}
	return w.lines[i-1]
}

// settle gives what was read out of a text its places in the text's file, and its values.
func (f *Forest) settle(doc Node, w *written, from Node) Node {
	file := from.pos(from.y).File
	seen := map[*yaml.Node]bool{}
	var visit func(*yaml.Node) *yaml.Node
	visit = func(y *yaml.Node) *yaml.Node {
		if seen[y] {
			return y
		}
		seen[y] = true
		f.file[y] = file
		y.Line = w.line(y.Line)
		if y.Kind == yaml.ScalarNode && strings.ContainsRune(y.Value, markBegin) {
			return f.unmark(y, w)
		}
		for i, c := range y.Content {
			y.Content[i] = visit(c)
		}
		return y
	}
	root := visit(doc.y)
	return Node{y: root, far: f, key: from.key}
}

// unmark puts the values in for their marks.
func (f *Forest) unmark(y *yaml.Node, w *written) *yaml.Node {
	whole := strings.TrimSuffix(strings.TrimPrefix(y.Value, string(markBegin)), string(markEnd))
	if i, err := strconv.Atoi(whole); err == nil && i < len(w.values) && len(whole)+len(string(markBegin))*2 == len(y.Value) {
		v := w.values[i]
		if !isOpen(v) {
			return v
		}
		here := *v
		here.Line = y.Line
		f.file[&here] = f.file[y]
		return &here
	}
	if f.full() {
		y.Value, y.Tag = "…", OpenTag
		return y
	}
	y.Value = eachMark(y.Value, func(i int) string {
		if i >= len(w.values) {
			return ""
		}
		if isOpen(w.values[i]) || w.values[i].Kind != yaml.ScalarNode {
			y.Tag = OpenTag
		}
		return shown(w.values[i])
	})
	f.made += len(y.Value) / 20
	return y
}
