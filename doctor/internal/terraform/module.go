package terraform

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Module is a folder of Terraform with the values of its variables.
type Module struct {
	Dir  string
	Name string // as it is called; empty: nothing calls it

	root     string
	project  *Project
	depth    int
	inputs   func() tree.Node // nil: nothing calls it
	children map[string]*Module

	declared map[string]tree.Block       // variables and outputs, as "variable NAME"
	locals   map[string]func() tree.Node // by name
	data     map[string]tree.Block       // by TYPE.NAME
	known    map[string]tree.Node        // what was asked for
	asked    map[string]bool             // what is being found out
}

// A Call is of a module that is not here.
type Call struct {
	Module *Module
	Name   string
	Source deploy.Text
	Node   tree.Node
	Pos    deploy.Pos
}

// A Resource is what a module has Terraform make.
type Resource struct {
	Type, Name string
	Pos        deploy.Pos
	Node       tree.Node
	Module     *Module
}

// Address is its name as references have it.
func (r Resource) Address() string { return r.Type + "." + r.Name }

func (m *Module) within(name string) string {
	if m.Name == "" {
		return name
	}
	return m.Name + "." + name
}

// begin notes what the module's blocks declare.
func (m *Module) begin() {
	m.children, m.declared, m.locals, m.data = map[string]*Module{}, map[string]tree.Block{}, map[string]func() tree.Node{}, map[string]tree.Block{}
	m.known, m.asked = map[string]tree.Node{}, map[string]bool{}
	for _, b := range m.project.blocks[m.Dir] {
		switch b.Type {
		case "variable", "output":
			m.declared[b.Type+" "+b.Label(0)] = b
		case "data":
			m.data[b.Label(0)+"."+b.Label(1)] = b
		case "locals":
			for _, name := range b.Names() {
				m.locals[name] = func() tree.Node { return b.Attribute(name, m.scope(nil)) }
			}
		}
	}
}

// Resources are those of the wanted types; one that is made several times is there once for
// each, as far as that can be told.
func (m *Module) Resources(types ...string) (all []Resource) {
	for _, b := range m.project.blocks[m.Dir] {
		for _, t := range types {
			if b.Type != "resource" || b.Label(0) != t {
				continue
			}
			for _, each := range m.each(b) {
				all = append(all, Resource{Type: t, Name: b.Label(1), Pos: b.Pos(), Node: b.Node(m.scope(each)), Module: m})
			}
		}
	}
	return all
}

// Data is a data source of the module.
func (m *Module) Data(address string) (tree.Node, bool) {
	b, ok := m.data[address]
	if !ok {
		return tree.Node{}, false
	}
	return b.Node(m.scope(nil)), true
}

// An each is what each.key and each.value are, and count.index.
type each map[string]tree.Node

// mostEach is how many of a resource are looked at.
const mostEach = 100

// each is what a block is made for: once, or for each element of a map that is known.
func (m *Module) each(b tree.Block) []each {
	in := m.scope(nil)
	if count, ok := b.Attribute("count", in).Int(); ok && count == 0 {
		return nil
	}
	coll := b.Attribute("for_each", in)
	if !coll.Exists() || coll.Partly() || !coll.IsMap() && !coll.IsList() {
		return []each{nil}
	}
	var all []each
	for key, value := range coll.Pairs() {
		all = append(all, each{"each.key": m.project.Forest.String(key.Value, key.Pos.File, key.Pos.Line), "each.value": value})
	}
	for _, item := range coll.Items() {
		all = append(all, each{"each.key": item, "each.value": item})
	}
	return all[:min(len(all), mostEach)]
}

func (m *Module) scope(e each) *tree.Scope {
	return &tree.Scope{Forest: m.project.Forest, Read: m.read, Look: func(p []string) (tree.Node, int) { return m.look(p, e) }}
}

// read is a file that an expression names: from the module's folder, from that where people
// run it, or from the repository's root, which path.module begins with here.
func (m *Module) read(name string) ([]byte, string, bool) {
	for _, at := range []string{path.Clean(name), path.Join(m.Dir, name), path.Join(m.root, name)} {
		if content, err := m.project.files.Read(at); err == nil {
			m.project.Used[at] = true
			return content, m.project.files.Shown(at), true
		}
	}
	return nil, "", false
}

// look says what a name stands for.
func (m *Module) look(p []string, e each) (tree.Node, int) {
	if len(p) < 2 {
		return tree.Node{}, 0
	}
	switch p[0] {
	case "var":
		return m.once("var."+p[1], func() tree.Node { return m.variable(p[1]) }), 2
	case "local":
		if find := m.locals[p[1]]; find != nil {
			return m.once("local."+p[1], find), 2
		}
	case "each":
		return e["each."+p[1]], 2
	case "path":
		dir := m.Dir
		if p[1] == "root" || p[1] == "cwd" {
			dir = m.root
		}
		return m.project.Forest.String(dir, m.project.files.Shown(m.Dir), 0), 2
	case "module":
		return m.output(p)
	case "data":
		return m.template(p)
	}
	return tree.Node{}, 0
}

// once finds a value out, once; what depends on itself is not there.
func (m *Module) once(name string, find func() tree.Node) tree.Node {
	if n, ok := m.known[name]; ok || m.asked[name] {
		return n
	}
	m.asked[name] = true
	m.known[name] = find()
	return m.known[name]
}

// variable is a variable's value: what the module is called with, what files set, its default.
func (m *Module) variable(name string) tree.Node {
	if m.inputs != nil {
		if n := exactly(m.once("inputs", m.inputs), name); n.Exists() {
			return n
		}
	}
	if m.depth == 0 {
		auto, named := m.project.varFiles(m.root)
		for _, vars := range auto {
			if n := exactly(vars, name); n.Exists() {
				return n
			}
		}
		if n := m.chosen(name, named); n.Exists() {
			return n
		}
	}
	if b, ok := m.declared["variable "+name]; ok {
		return b.Attribute("default", &tree.Scope{Forest: m.project.Forest})
	}
	return tree.Node{}
}

// chosen is a value that files set which people choose between: the only one, or what all
// of them say. If they differ it is not known.
func (m *Module) chosen(name string, named []tree.Node) (found tree.Node) {
	var told []string
	differ := false
	for _, vars := range named {
		n := exactly(vars, name)
		if !n.Exists() {
			continue
		}
		differ = differ || found.Exists() && (n.Text().Value != found.Text().Value || n.IsMap() || n.IsList())
		told = append(told, n.Text().Value+" in "+n.Pos().String())
		found = n
	}
	if differ {
		pos := found.Pos()
		return m.project.Forest.Open("var."+name+" ("+strings.Join(told, ", ")+")", pos.File, pos.Line)
	}
	return found
}

func exactly(n tree.Node, key string) tree.Node {
	for k, v := range n.Pairs() {
		if k.Value == key {
			return v
		}
	}
	return tree.Node{}
}

// output is what a called module gives: module.NAME.OUTPUT, also of one of several.
func (m *Module) output(p []string) (tree.Node, int) {
	child := m.children[p[1]]
	if child == nil {
		if n, used := m.remote(p); used > 0 {
			return n, used
		}
		return tree.Node{}, 0
	}
	used := 3
	if len(p) > 3 && child.declared["output "+p[2]].Type == "" {
		used = 4 // an index or a key in between
	}
	if len(p) < used {
		return tree.Node{}, 0
	}
	b, ok := child.declared["output "+p[used-1]]
	if !ok {
		return tree.Node{}, 0
	}
	return child.once("output."+p[used-1], func() tree.Node { return b.Attribute("value", child.scope(nil)) }), used
}

// template is data.template_file.NAME.rendered and data.local_file.NAME.content.
func (m *Module) template(p []string) (tree.Node, int) {
	if len(p) < 4 {
		return tree.Node{}, 0
	}
	b, ok := m.data[p[1]+"."+p[2]]
	last := p[len(p)-1]
	if !ok || last != "rendered" && last != "content" {
		return tree.Node{}, 0
	}
	return m.once("data."+p[1]+"."+p[2], func() tree.Node { return m.rendered(b) }), len(p)
}

func (m *Module) rendered(b tree.Block) tree.Node {
	in := m.scope(nil)
	if b.Label(0) == "local_file" {
		if content, shown, ok := m.read(b.Attribute("filename", in).Text().Value); ok {
			return in.Forest.String(string(content), shown, 1)
		}
		return tree.Node{}
	}
	text := b.Attribute("template", in)
	if b.Label(0) != "template_file" || !text.Exists() || text.IsOpen() {
		return tree.Node{}
	}
	n, err := in.Render(text.Text(), b.Attribute("vars", in))
	if err != nil {
		return tree.Node{}
	}
	return n
}
