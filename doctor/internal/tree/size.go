package tree

import "go.yaml.in/yaml/v3"

// Size is how many nodes a document has when each alias is counted as what it stands for, up
// to a little more than limit; below 0: one holds itself, and there is no end.
func (n Node) Size(limit int) int {
	m := &measure{limit: limit, within: map[*yaml.Node]bool{}}
	if !m.add(n.y) {
		return -1
	}
	return m.count
}

type measure struct {
	count, limit int
	within       map[*yaml.Node]bool // what the node being counted stands in
}

// add counts a node and what is below it; not ok: it stands in itself.
func (m *measure) add(y *yaml.Node) (ok bool) {
	if y != nil && y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if y == nil || m.count > m.limit {
		return true
	}
	if m.count++; len(y.Content) == 0 {
		return true
	}
	if m.within[y] {
		return false
	}
	m.within[y] = true
	defer delete(m.within, y)
	for _, c := range y.Content {
		if !m.add(c) {
			return false
		}
	}
	return true
}
