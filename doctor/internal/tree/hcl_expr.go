package tree

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"
)

// A Scope says what stands around expressions.
type Scope struct {
	Forest *Forest

	// Look is what a name stands for, by its parts ("var", "image"), and how many of them
	// that takes up; 0: nothing here says it.
	Look func(path []string) (n Node, used int)

	// Read is a file that an expression names, and the name under which people know it.
	Read func(name string) (content []byte, shown string, ok bool)
}

// expr makes values of expressions. What cannot be told is a scalar with OpenTag, whose text
// is the expression.
type expr struct {
	file  *HCL
	in    *Scope
	names map[string]*yaml.Node // of a loop
	depth int
	whole bool // the file is one text
}

func (e *expr) deeper() *expr { d := *e; d.depth++; return &d }

func (e *expr) with(name string, y *yaml.Node) *expr {
	d := e.deeper()
	d.names = map[string]*yaml.Node{name: y}
	for k, v := range e.names {
		if k != name {
			d.names[k] = v
		}
	}
	return d
}

func (e *expr) scalar(value, tag string, at hcl.Range) *yaml.Node {
	y := e.in.Forest.scalar(value, tag, e.file.name, at.Start.Line)
	y.Column = at.Start.Column
	return y
}

func (e *expr) open(x hclsyntax.Expression) *yaml.Node {
	r := x.Range()
	text := ""
	if r.Start.Byte >= 0 && r.End.Byte <= len(e.file.src) && r.Start.Byte <= r.End.Byte {
		text = strings.Join(strings.Fields(string(e.file.src[r.Start.Byte:min(r.End.Byte, r.Start.Byte+500)])), " ")
	}
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:119]) + "…"
	}
	return e.scalar(text, OpenTag, r)
}

// missing is open because a closed mapping has no such key: try and lookup go on then.
func (e *expr) missing(x hclsyntax.Expression) *yaml.Node {
	y := e.open(x)
	e.in.Forest.lost[y] = true
	return y
}

func (e *expr) eval(x hclsyntax.Expression) *yaml.Node {
	if e.depth > 200 || e.in.Forest.full() {
		return e.open(x)
	}
	return e.deeper().value(x)
}

func (e *expr) value(x hclsyntax.Expression) *yaml.Node {
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.literal(x)
	case *hclsyntax.ParenthesesExpr:
		return e.eval(x.Expression)
	case *hclsyntax.ObjectConsKeyExpr:
		return e.objectKey(x)
	case *hclsyntax.TemplateWrapExpr:
		return e.eval(x.Wrapped)
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateJoinExpr:
		return e.template(x)
	case *hclsyntax.ObjectConsExpr:
		return e.object(x)
	case *hclsyntax.TupleConsExpr:
		y := e.in.Forest.collection(yaml.SequenceNode, e.file.name, x.SrcRange.Start.Line, x.SrcRange.Start.Column)
		for _, item := range x.Exprs {
			y.Content = append(y.Content, e.eval(item))
		}
		return y
	case *hclsyntax.ScopeTraversalExpr:
		return e.traversal(x)
	case *hclsyntax.RelativeTraversalExpr:
		return e.down(x, e.eval(x.Source), steps(x.Traversal))
	case *hclsyntax.IndexExpr:
		return e.index(x)
	case *hclsyntax.ConditionalExpr:
		return e.conditional(x)
	case *hclsyntax.BinaryOpExpr:
		return e.binary(x)
	case *hclsyntax.UnaryOpExpr:
		return e.unary(x)
	case *hclsyntax.ForExpr:
		return e.loop(x)
	case *hclsyntax.FunctionCallExpr:
		return e.call(x)
	}
	return e.open(x)
}

func (e *expr) literal(x *hclsyntax.LiteralValueExpr) *yaml.Node {
	switch v := x.Val; {
	case v.IsNull():
		return e.scalar("", "!!null", x.SrcRange)
	case v.Type() == cty.String:
		return e.scalar(v.AsString(), "!!str", x.SrcRange)
	case v.Type() == cty.Bool:
		if v.True() {
			return e.scalar("true", "!!bool", x.SrcRange)
		}
		return e.scalar("false", "!!bool", x.SrcRange)
	case v.Type() == cty.Number:
		return e.scalar(v.AsBigFloat().Text('f', -1), "!!int", x.SrcRange)
	}
	return e.open(x)
}

func (e *expr) objectKey(x *hclsyntax.ObjectConsKeyExpr) *yaml.Node {
	if word := hcl.ExprAsKeyword(x.Wrapped); word != "" && !x.ForceNonLiteral {
		return e.scalar(word, "!!str", x.Range())
	}
	return e.eval(x.Wrapped)
}

func (e *expr) object(x *hclsyntax.ObjectConsExpr) *yaml.Node {
	y := e.in.Forest.collection(yaml.MappingNode, e.file.name, x.SrcRange.Start.Line, x.SrcRange.Start.Column)
	for _, item := range x.Items {
		key := e.eval(item.KeyExpr)
		if key.Kind != yaml.ScalarNode {
			key = e.open(item.KeyExpr)
		}
		here := *key // a key stands where it is used
		here.Line, here.Column = item.KeyExpr.Range().Start.Line, item.KeyExpr.Range().Start.Column
		e.in.Forest.file[&here] = e.file.name
		y.Content = append(y.Content, &here, e.eval(item.ValueExpr))
	}
	return y
}

// restAnchor marks an element that stands for any number of them.
const restAnchor = "rest"
