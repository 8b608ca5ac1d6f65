package tree

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// HCL is a file as Terraform writes it.
type HCL struct {
	Blocks []Block

	name string
	src  []byte
	body *hclsyntax.Body
}

// A Block is one of such a file: resource "aws_ecs_service" "worker" { … }.
type Block struct {
	Type   string
	Labels []string

	file *HCL
	body *hclsyntax.Body
	line int
	end  int
}

// mostHCL is up to which size HCL is read: its parser calls itself for what is nested.
const mostHCL = 512 << 10

// ReadHCL reads a file; what stands before a mistake is answered with it.
func ReadHCL(name string, content []byte) (h *HCL, err error) {
	h = &HCL{name: name, src: plain(content), body: &hclsyntax.Body{}}
	defer func() { // a parser for plans, met by whatever is named so
		if r := recover(); r != nil {
			err = &SyntaxError{File: name, What: fmt.Sprint(r)}
		}
	}()
	if len(h.src) > mostHCL || nested(h.src) {
		return h, &SyntaxError{File: name, What: errDeep.Error() + ", or too large"}
	}
	f, diags := hclsyntax.ParseConfig(h.src, name, hcl.InitialPos)
	if f != nil {
		if body, ok := f.Body.(*hclsyntax.Body); ok {
			h.body = body
		}
	}
	h.Blocks = h.blocks(h.body)
	return h, hclError(name, diags)
}

// nested says whether brackets and the like are nested deeper than anybody writes them.
func nested(src []byte) bool {
	depth, run := 0, 0
	for _, c := range src {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
		switch c {
		case '!', '-', '?', '~':
			run++
		case '\n':
			run = 0
		}
		if depth > 500 || run > 2000 {
			return true
		}
	}
	return false
}

func hclError(name string, diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		e := &SyntaxError{File: name, What: d.Summary}
		if d.Subject != nil {
			e.Line = d.Subject.Start.Line
		}
		return e
	}
	return nil
}

func (h *HCL) blocks(body *hclsyntax.Body) (all []Block) {
	for _, b := range body.Blocks {
		all = append(all, Block{Type: b.Type, Labels: b.Labels, file: h, body: b.Body, line: b.TypeRange.Start.Line, end: b.CloseBraceRange.Start.Line})
	}
	return all
}

// Top is what stands outside of blocks, as a block.
func (h *HCL) Top() Block { return Block{file: h, body: h.body, line: 1} }

// Attributes are what the file sets outside of blocks, as a tfvars file does.
func (h *HCL) Attributes(in *Scope) Node { return h.Top().Node(in) }

// Pos is where the block begins.
func (b Block) Pos() deploy.Pos { return deploy.Pos{File: b.file.name, Line: b.line, Last: b.end} }

// Label is one of its labels; empty: it has fewer.
func (b Block) Label(i int) string {
	if i >= len(b.Labels) {
		return ""
	}
	return b.Labels[i]
}

// Blocks are those in it.
func (b Block) Blocks() []Block { return b.file.blocks(b.body) }

// Attribute is the value of one of its attributes.
func (b Block) Attribute(name string, in *Scope) Node {
	a, ok := b.body.Attributes[name]
	if !ok {
		return Node{}
	}
	e := b.expr(in)
	key := e.key(a)
	return Node{y: e.eval(a.Expr), key: key, far: in.Forest}
}

func (b Block) expr(in *Scope) *expr { return &expr{file: b.file, in: in} }

func (e *expr) key(a *hclsyntax.Attribute) *yaml.Node {
	y := e.in.Forest.scalar(a.Name, "!!str", e.file.name, a.NameRange.Start.Line)
	y.Column = a.NameRange.Start.Column
	return y
}

// Node is all of it: its attributes, and the blocks in it as lists by their types.
func (b Block) Node(in *Scope) Node {
	return in.Forest.node(b.expr(in).body(b.body, b.line))
}

func (e *expr) body(body *hclsyntax.Body, line int) *yaml.Node {
	y := e.in.Forest.collection(yaml.MappingNode, e.file.name, line, 1)
	attributes := make([]*hclsyntax.Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		attributes = append(attributes, a)
	}
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
	for _, a := range attributes {
		y.Content = append(y.Content, e.key(a), e.eval(a.Expr))
	}
	lists := map[string]*yaml.Node{}
	for _, b := range body.Blocks {
		name, inner, at := b.Type, b.Body, e
		if b.Type == "dynamic" && len(b.Labels) > 0 {
			name, inner, at = b.Labels[0], e.dynamic(b), e.with(b.Labels[0], e.in.Forest.scalar("each of "+b.Labels[0], OpenTag, e.file.name, b.TypeRange.Start.Line))
		}
		list := lists[name]
		if list == nil {
			key := e.in.Forest.scalar(name, "!!str", e.file.name, b.TypeRange.Start.Line)
			key.Column = b.TypeRange.Start.Column
			list = e.in.Forest.collection(yaml.SequenceNode, e.file.name, b.TypeRange.Start.Line, 1)
			lists[name] = list
			y.Content = append(y.Content, key, list)
		}
		if at.depth < deepest {
			at = at.deeper()
			list.Content = append(list.Content, at.body(inner, b.TypeRange.Start.Line))
		}
	}
	return y
}

// dynamic is what a dynamic block makes one of for each.
func (e *expr) dynamic(b *hclsyntax.Block) *hclsyntax.Body {
	for _, c := range b.Body.Blocks {
		if c.Type == "content" {
			return c.Body
		}
	}
	return &hclsyntax.Body{}
}

// Names are those of the block's attributes.
func (b Block) Names() (all []string) {
	for name := range b.body.Attributes {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
