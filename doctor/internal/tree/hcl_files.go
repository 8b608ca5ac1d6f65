package tree

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// decoded is jsondecode: the tree of a text.
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
