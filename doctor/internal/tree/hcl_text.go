package tree

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A mark is the number of a value between two characters that no file has.
const (
	markBegin = '\uE0F0'
	markEnd   = '\uE0F1'
)

// mostText is how long a text may be that is put together.
const mostText = 512 << 10

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
