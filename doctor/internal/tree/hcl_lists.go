package tree

import (
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

// list begins a list that a function makes.
func (e *expr) list(x *hclsyntax.FunctionCallExpr) *yaml.Node {
	r := x.Range()
	return e.in.Forest.collection(yaml.SequenceNode, e.file.name, r.Start.Line, r.Start.Column)
}

// add puts elements into a list that is made; false: there are too many.
func (e *expr) add(y *yaml.Node, items ...*yaml.Node) bool {
	y.Content = append(y.Content, items...)
	e.in.Forest.made += len(items)
	return len(y.Content) <= mostItems && !e.in.Forest.full()
}

// concat joins lists. One that is not known leaves a place for its elements.
func concat(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	y := e.list(x)
	for _, a := range args {
		items := a.Content
		if a.Kind != yaml.SequenceNode {
			items = []*yaml.Node{e.unknownRest(a)}
		}
		if isNull(a) {
			items = nil
		}
		if !e.add(y, items...) {
			return nil
		}
	}
	return y
}

func (e *expr) unknownRest(a *yaml.Node) *yaml.Node {
	y := rest(a)
	y.Kind, y.Tag, y.Content = yaml.ScalarNode, OpenTag, nil
	e.in.Forest.file[y] = e.in.Forest.file[a]
	return y
}

func flatten(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if args[0].Kind != yaml.SequenceNode {
		return nil
	}
	y := e.list(x)
	for _, a := range args[0].Content {
		a = follow(a)
		switch {
		case a == nil:
		case a.Kind == yaml.SequenceNode:
			inner := flatten(e.deeper(), x, []*yaml.Node{a})
			if inner == nil || e.depth > 200 || !e.add(y, inner.Content...) {
				return nil
			}
		case isOpen(a):
			y.Content = append(y.Content, e.unknownRest(a))
		case !e.add(y, a):
			return nil
		}
	}
	return y
}

// merge joins mappings; the last one that has a key counts.
func merge(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	r := x.Range()
	y := e.in.Forest.collection(yaml.MappingNode, e.file.name, r.Start.Line, r.Start.Column)
	for _, a := range args {
		switch {
		case isNull(a):
		case a.Kind == yaml.MappingNode:
			if !e.add(y, a.Content...) {
				return nil
			}
			if y.Line, y.Column = a.Line, a.Column; len(a.Content) > 0 {
				e.in.Forest.file[y] = e.in.Forest.file[a]
			}
		default:
			y.Content = append(y.Content, e.unknownRest(a), a)
		}
	}
	return y
}

func compact(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if args[0].Kind != yaml.SequenceNode {
		return nil
	}
	y := e.list(x)
	for _, a := range args[0].Content {
		if !isNull(a) && (a.Kind != yaml.ScalarNode || a.Value != "") {
			y.Content = append(y.Content, a)
		}
	}
	return y
}

func lookup(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if len(args) < 2 || !known(args[1:2]) || args[0].Kind != yaml.MappingNode {
		return nil
	}
	if y := e.below(args[0], args[1].Value); y != nil {
		return y
	}
	if partly(args[0]) || len(args) < 3 {
		return nil
	}
	return args[2]
}

func length(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if partly(args[0]) || isOpen(args[0]) {
		return nil
	}
	n := len(args[0].Content)
	switch args[0].Kind {
	case yaml.MappingNode:
		n /= 2
	case yaml.ScalarNode:
		n = len([]rune(args[0].Value))
	}
	return e.scalar(strconv.Itoa(n), "!!int", x.Range())
}

// extreme is max and min.
func extreme(_ *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	best := args[0]
	for _, a := range args {
		v, ok := number(a)
		if !ok {
			return nil
		}
		if b, ok := number(best); !ok || x.Name == "max" && v > b || x.Name == "min" && v < b {
			best = a
		}
	}
	return best
}

func element(_ *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	i, ok := number(args[len(args)-1])
	if n := len(args[0].Content); len(args) == 2 && ok && i >= 0 && args[0].Kind == yaml.SequenceNode && n > 0 && !partly(args[0]) {
		return args[0].Content[int(i)%n]
	}
	return nil
}

func one(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if args[0].Kind == yaml.SequenceNode && len(args[0].Content) == 1 && !partly(args[0]) {
		return args[0].Content[0]
	}
	return nil
}

func keys(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	return pick(e, x, args[0], 0)
}

func values(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	return pick(e, x, args[0], 1)
}

func pick(e *expr, x *hclsyntax.FunctionCallExpr, from *yaml.Node, offset int) *yaml.Node {
	if from.Kind != yaml.MappingNode || partly(from) {
		return nil
	}
	y := e.list(x)
	for i := 0; i+1 < len(from.Content); i += 2 {
		y.Content = append(y.Content, from.Content[i+offset])
	}
	return y
}
