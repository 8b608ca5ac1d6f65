package tree

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A function of Terraform, as far as it matters here. nil: it cannot be told.
type function func(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node

var functions map[string]function

func init() { // they call each other
	functions = map[string]function{
		"jsonencode": same0, "yamlencode": nil, "tolist": same0, "toset": same0, "tomap": same0, "tostring": same0, "tonumber": same0, "tobool": same0,
		"sensitive": same0, "nonsensitive": same0, "distinct": same0, "sort": same0, "chomp": same0, "trimspace": trimmed, "abspath": same0,
		"jsondecode": decoded, "yamldecode": yamlDecoded, "file": fileText, "templatefile": templateFile,
		"concat": concat, "flatten": flatten, "merge": merge, "compact": compact, "lookup": lookup, "coalesce": coalesce, "try": try,
		"join": join, "split": split, "format": format, "length": length, "max": extreme, "min": extreme, "element": element,
		"one": one, "keys": keys, "values": values, "upper": upper, "lower": lower, "dirname": dirname, "contains": contains,
	}
}

// call is a function's value. The last argument may be a list of arguments (...).
func (e *expr) call(x *hclsyntax.FunctionCallExpr) *yaml.Node {
	do := functions[x.Name]
	if do == nil {
		return e.open(x)
	}
	var args []*yaml.Node
	for _, a := range x.Args {
		args = append(args, follow(e.eval(a)))
	}
	if x.ExpandFinal && len(args) > 0 {
		last := args[len(args)-1]
		if last.Kind != yaml.SequenceNode || partly(last) {
			return e.open(x)
		}
		args = append(args[:len(args)-1:len(args)-1], last.Content...)
	}
	for _, a := range args {
		if a == nil {
			return e.open(x)
		}
	}
	if len(args) == 0 || len(args) > mostItems {
		return e.open(x)
	}
	if y := do(e, x, args); y != nil {
		return y
	}
	return e.open(x)
}

func known(args []*yaml.Node) bool {
	for _, a := range args {
		if a.Kind != yaml.ScalarNode || isOpen(a) {
			return false
		}
	}
	return true
}

func same0(_ *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node { return args[0] }

func (e *expr) text(value string, x *hclsyntax.FunctionCallExpr) *yaml.Node {
	return e.scalar(value, "!!str", x.Range())
}

func trimmed(e *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if e.in.Forest.text[args[0]] != nil {
		return args[0] // its lines count
	}
	y := *args[0]
	y.Value = strings.TrimSpace(y.Value)
	e.in.Forest.file[&y] = e.in.Forest.file[args[0]]
	return &y
}

func decoded(e *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	n, err := e.in.Forest.node(args[0]).JSON()
	if err != nil || n.y.Kind == yaml.ScalarNode && isOpen(n.y) {
		return nil
	}
	return n.y
}

func yamlDecoded(e *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	y := args[0]
	if y.Kind != yaml.ScalarNode || isOpen(y) {
		return nil
	}
	docs, err := YAML(e.in.Forest.file[y], []byte(y.Value))
	if err != nil || len(docs) != 1 {
		return nil
	}
	for below := range walk(docs[0].y, 0) {
		below.Line += y.Line - 1
	}
	return e.in.Forest.Adopt(docs[0]).y
}

// fileText is file("PATH").
func fileText(e *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if !known(args) || e.in.Read == nil {
		return nil
	}
	content, shown, ok := e.in.Read(args[0].Value)
	if !ok || len(content) > mostText {
		return nil
	}
	return e.in.Forest.raw(content, shown)
}

// templateFile is templatefile("PATH", {name = value}).
func templateFile(e *expr, x *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	if len(args) != 2 || !known(args[:1]) || e.in.Read == nil {
		return nil
	}
	content, shown, ok := e.in.Read(args[0].Value)
	if !ok {
		return nil
	}
	y, err := e.in.Forest.render(content, deploy.Pos{File: shown}, e.in.vars(args[1]), e.depth)
	if err != nil {
		return nil
	}
	return y
}

// vars is what a template's names stand for.
func (s *Scope) vars(y *yaml.Node) *Scope {
	return &Scope{Forest: s.Forest, Read: s.Read, Look: func(path []string) (Node, int) {
		n := s.Forest.node(y)
		if y.Kind != yaml.MappingNode {
			return Node{}, 0
		}
		if v := (&expr{in: s}).below(y, path[0]); v != nil {
			return n.at(v, nil), 1
		}
		return Node{}, 0
	}}
}

// Render puts values into a template that is a file: what data "template_file" does.
func (s *Scope) Render(text deploy.Text, vars Node) (Node, error) {
	y := follow(vars.y)
	if y == nil {
		y = s.Forest.collection(yaml.MappingNode, text.Pos.File, 1, 1)
	}
	out, err := s.Forest.render([]byte(text.Value), text.Pos, s.vars(y), 0)
	if err != nil {
		return Node{}, err
	}
	return s.Forest.node(out), nil
}

func coalesce(_ *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	for _, a := range args {
		switch {
		case isOpen(a):
			return nil
		case !isNull(a) && (a.Kind != yaml.ScalarNode || a.Value != ""):
			return a
		}
	}
	return nil
}

// try takes the first that can be had.
func try(e *expr, _ *hclsyntax.FunctionCallExpr, args []*yaml.Node) *yaml.Node {
	for _, a := range args {
		switch {
		case e.in.Forest.lost[a]:
		case isOpen(a):
			return nil
		default:
			return a
		}
	}
	return nil
}

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
