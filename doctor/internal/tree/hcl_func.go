package tree

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
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
