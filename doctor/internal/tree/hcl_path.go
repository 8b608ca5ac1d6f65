package tree

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"
)

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

func (e *expr) index(x *hclsyntax.IndexExpr) *yaml.Node {
	key := e.eval(x.Key)
	if key.Kind != yaml.ScalarNode || isOpen(key) {
		return e.open(x)
	}
	return e.down(x, e.eval(x.Collection), []string{key.Value})
}
