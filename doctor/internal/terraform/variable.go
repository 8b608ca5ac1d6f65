package terraform

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

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
		if n := tree.Exactly(m.once("inputs", m.inputs), name); n.Exists() {
			return n
		}
	}
	if m.depth == 0 {
		auto, named := m.project.varFiles(m.root)
		for _, vars := range auto {
			if n := tree.Exactly(vars, name); n.Exists() {
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
		n := tree.Exactly(vars, name)
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
