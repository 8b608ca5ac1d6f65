package terraform

import (
	"path"

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
