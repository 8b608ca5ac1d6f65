package tree

import (
	"strconv"
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

// traversal is a name, and what is below it.
func (e *expr) traversal(x *hclsyntax.ScopeTraversalExpr) *yaml.Node {
	path := append([]string{x.Traversal.RootName()}, steps(x.Traversal[1:])...)
	if y, ok := e.names[path[0]]; ok {
		return e.down(x, y, path[1:])
	}
	if e.in.Look == nil {
		return e.open(x)
	}
	n, used := e.in.Look(path)
	if used == 0 || n.y == nil {
		return e.open(x)
	}
	return e.down(x, n.y, path[min(used, len(path)):])
}

// steps are a traversal's parts; one that means all elements is "*".
func steps(t hcl.Traversal) (path []string) {
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseAttr:
			path = append(path, s.Name)
		case hcl.TraverseIndex:
			path = append(path, word(s.Key))
		default:
			path = append(path, "*")
		}
	}
	return path
}

func word(v cty.Value) string {
	switch {
	case v.IsNull() || !v.IsKnown():
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	}
	return "*"
}

// down follows keys and indexes.
func (e *expr) down(x hclsyntax.Expression, y *yaml.Node, path []string) *yaml.Node {
	for _, step := range path {
		y = follow(y)
		next := e.below(y, step)
		switch {
		case next != nil:
			y = next
		case y == nil || isOpen(y) || partly(y) || step == "*":
			return e.open(x)
		default:
			return e.missing(x)
		}
	}
	if isOpen(y) && y.Anchor == toldAnchor {
		here := e.open(x)
		here.Value = y.Value
		return here
	}
	if isOpen(y) && e.in.Forest.text[y] == nil {
		return e.open(x) // what is not known stands where it is used; a text of which a part is not, where it is written
	}
	return y
}

func (e *expr) below(y *yaml.Node, step string) *yaml.Node {
	if y == nil {
		return nil
	}
	switch y.Kind {
	case yaml.MappingNode:
		for i := len(y.Content) - 2; i >= 0; i -= 2 {
			if isOpen(y.Content[i]) {
				return nil // it may set the same key
			}
			if y.Content[i].Value == step {
				return y.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(y.Content) && !partly(y) {
			return y.Content[i]
		}
	}
	return nil
}

func isOpen(y *yaml.Node) bool { return y != nil && y.Kind == yaml.ScalarNode && y.Tag == OpenTag }

func isNull(y *yaml.Node) bool { return y != nil && y.Kind == yaml.ScalarNode && y.Tag == "!!null" }

// Partly says whether a list has elements, or a mapping keys, that are not known.
func (n Node) Partly() bool { return partly(follow(n.y)) }

// IsOpen says whether nothing is known of it.
func (n Node) IsOpen() bool { return isOpen(follow(n.y)) }

// partly says whether a list has elements, or a mapping keys, that are not known.
func partly(y *yaml.Node) bool {
	if y == nil {
		return false
	}
	switch y.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			if isOpen(y.Content[i]) {
				return true
			}
		}
	case yaml.SequenceNode:
		for _, item := range y.Content {
			if isOpen(item) && item.Anchor == restAnchor {
				return true
			}
		}
	}
	return false
}

// restAnchor marks an element that stands for any number of them.
const restAnchor = "rest"

// rest is an element that stands for what is not known of a list.
func rest(y *yaml.Node) *yaml.Node {
	here := *y
	here.Anchor = restAnchor
	return &here
}

func (e *expr) index(x *hclsyntax.IndexExpr) *yaml.Node {
	key := e.eval(x.Key)
	if key.Kind != yaml.ScalarNode || isOpen(key) {
		return e.open(x)
	}
	return e.down(x, e.eval(x.Collection), []string{key.Value})
}
