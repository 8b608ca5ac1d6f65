package tree

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

// join keeps what its elements are written of, so that JSON may be put together by it.
func join(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if len(args) != 2 || !known(args[:1]) || args[1].Kind != yaml.SequenceNode || partly(args[1]) {
		return nil
	}
	w := &written{}
	for i, item := range args[1].Content {
		if i > 0 {
			w.literal(args[0].Value, x.Range().Start.Line)
		}
		if e.in.Forest.text[item] == nil && item.Kind == yaml.ScalarNode && !isOpen(item) {
			w.literal(item.Value, item.Line)
		} else {
			w.value(item, e.in.Forest)
		}
		if w.marked.Len() > mostText {
			return nil
		}
	}
	text := w.plain()
	if e.in.Forest.made += w.marked.Len() / 20; len(text) > mostText {
		return nil
	}
	y := e.text(text, x)
	if w.open {
		y.Tag = OpenTag
	}
	e.in.Forest.text[y] = w
	return y
}

func split(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if len(args) != 2 || !known(args) {
		return nil
	}
	y := e.list(x)
	for part := range strings.SplitSeq(args[1].Value, args[0].Value) {
		item := e.in.Forest.scalar(part, "!!str", e.in.Forest.file[args[1]], args[1].Line)
		if !e.add(y, item) {
			return nil
		}
	}
	return y
}

// format knows %s, %d and %v.
func format(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if !known(args[:1]) {
		return nil
	}
	text, values, open := args[0].Value, args[1:], false
	for _, v := range values {
		for _, verb := range []string{"%s", "%d", "%v"} {
			if strings.Contains(text, verb) {
				text = strings.Replace(text, verb, strings.ReplaceAll(shown(v), "%", "%%"), 1)
				break
			}
		}
		open = open || isOpen(v) || v.Kind != yaml.ScalarNode
		if len(text) > mostText {
			return nil
		}
	}
	y := e.text(strings.ReplaceAll(text, "%%", "%"), x)
	if open {
		y.Tag = OpenTag
	}
	return y
}

func upper(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if !known(args) {
		return nil
	}
	return e.text(strings.ToUpper(args[0].Value), x)
}

func lower(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if !known(args) {
		return nil
	}
	return e.text(strings.ToLower(args[0].Value), x)
}

func dirname(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if !known(args) {
		return nil
	}
	return e.text(path.Dir(args[0].Value), x)
}

func contains(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if len(args) != 2 || args[0].Kind != yaml.SequenceNode || !known(args[1:]) || !known(args[0].Content) {
		return nil
	}
	found := false
	for _, item := range args[0].Content {
		found = found || item.Value == args[1].Value
	}
	return e.scalar(fmt.Sprint(found), "!!bool", x.Range())
}
