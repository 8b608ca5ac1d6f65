package tree

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Keys are the fields that tell the items of a list apart, by the list's name; none: a list
// replaces the other one as a whole.
type Keys func(list string) []string

// Merged is a mapping with a patch laid over it, as Kubernetes' strategic merges are: mappings
// field by field, lists whose items have keys item by item, with what is new in front, and what
// is null or under $patch: delete taken away. Not ok: nothing is left. The patch is of the forest.
func (f *Forest) Merged(base, patch Node, keys Keys) (Node, bool) {
	m := merger{f, keys, base.file}
	y := m.mapping(follow(base.y), follow(patch.y), 0)
	return f.on(base, y), y != nil
}

// on is a tree in the place of another one: what is not of the forest stands in its file.
func (f *Forest) on(n Node, y *yaml.Node) Node { return Node{y: y, file: n.file, key: n.key, far: f} }

type merger struct {
	*Forest
	keys Keys
	main string // the file of what is patched
}

// directive is what a patch says of itself.
const directive = "$patch"

// mapping lays one over another; nil: it is taken away.
func (m merger) mapping(base, over *yaml.Node, depth int) *yaml.Node {
	if base == nil || over == nil || base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode || depth > deepest || m.full() {
		return base
	}
	switch told := valueOf(over, directive); {
	case told != nil && told.Value == "delete":
		return nil
	case told != nil && told.Value == "replace":
		return m.clean(over, depth)
	}
	made, changed, have := m.like(base, over), index(over), index(base)
	for _, e := range entries(base) {
		if by := changed[e.key.Value]; by.value == nil {
			made.Content = append(made.Content, e.key, e.value)
		} else if y, whole := m.value(e, by, depth+1); y != nil {
			made.Content = append(made.Content, keyOf(e, by, whole), y)
		}
	}
	for _, e := range entries(over) {
		if v := follow(e.value); v != nil && !isNull(v) && have[e.key.Value].value == nil && !strings.HasPrefix(e.key.Value, "$") {
			if y := m.clean(v, depth+1); y != nil {
				made.Content = append(made.Content, e.key, y)
			}
		}
	}
	return made
}

func keyOf(base, over entry, whole bool) *yaml.Node {
	if whole {
		return over.key
	}
	return base.key
}

// value is a field that both have; whole: all of it is the patch's. nil: it is taken away.
func (m merger) value(base, over entry, depth int) (y *yaml.Node, whole bool) {
	from, by := follow(base.value), follow(over.value)
	switch {
	case by == nil || isNull(by):
		return nil, true
	case from == nil || from.Kind != by.Kind:
	case by.Kind == yaml.MappingNode:
		return m.mapping(from, by, depth), false
	case by.Kind == yaml.SequenceNode && m.keys(base.key.Value) != nil:
		return m.list(from, by, m.keys(base.key.Value), depth), false
	}
	return m.clean(by, depth), true
}

// list lays a list over another one, whose items have keys.
func (m merger) list(base, over *yaml.Node, keys []string, depth int) *yaml.Node {
	for _, item := range over.Content {
		told := valueOf(follow(item), directive)
		if told == nil || len(follow(item).Content) > 2 {
			continue
		}
		switch told.Value {
		case "delete":
			return nil
		case "replace":
			return m.clean(over, depth)
		}
	}
	made, used, named := m.like(base, over), map[*yaml.Node]bool{}, m.named(base, keys[0])
	for _, item := range over.Content {
		item = follow(item)
		from := meant(named, item, keys)
		used[from] = true
		y := m.clean(item, depth)
		if told := valueOf(item, directive); from != nil && told != nil && told.Value == "replace" {
			y = from // Kustomize leaves it as it was
		} else if from != nil {
			y = m.mapping(from, item, depth+1)
		}
		if y != nil {
			made.Content = append(made.Content, y)
		}
	}
	for _, item := range base.Content {
		if !used[follow(item)] {
			made.Content = append(made.Content, item)
		}
	}
	return made
}

// named are the items of a list by the field that they have to have.
func (m merger) named(list *yaml.Node, key string) map[string][]*yaml.Node {
	all := map[string][]*yaml.Node{}
	for _, item := range list.Content {
		if v := valueOf(follow(item), key); v != nil {
			all[v.Value] = append(all[v.Value], follow(item))
		}
	}
	return all
}

// meant is the item that an item of a patch means; nil: none. All keys but the first may be left out.
func meant(named map[string][]*yaml.Node, item *yaml.Node, keys []string) *yaml.Node {
	v := valueOf(item, keys[0])
	if v == nil {
		return nil
	}
	for _, y := range named[v.Value] {
		same := true
		for _, key := range keys[1:] {
			a, b := valueOf(y, key), valueOf(item, key)
			same = same && (a == nil || b == nil || a.Value == b.Value)
		}
		if same {
			return y
		}
	}
	return nil
}

// clean is what a patch adds: without what it only says of itself, and without what it takes away.
func (m merger) clean(y *yaml.Node, depth int) *yaml.Node {
	if y = follow(y); y == nil || depth > deepest || m.full() {
		return y
	}
	switch y.Kind {
	case yaml.SequenceNode:
		made := m.like(y, y)
		for _, item := range y.Content {
			if c := m.clean(item, depth+1); c != nil && !(c.Kind == yaml.MappingNode && len(c.Content) == 0) {
				made.Content = append(made.Content, c)
			}
		}
		return made
	case yaml.MappingNode:
		if told := valueOf(y, directive); told != nil && told.Value == "delete" {
			return nil
		}
		made := m.like(y, y)
		for _, e := range entries(y) {
			if v := follow(e.value); v == nil || isNull(v) || strings.HasPrefix(e.key.Value, "$") {
				continue
			}
			if c := m.clean(e.value, depth+1); c != nil {
				made.Content = append(made.Content, e.key, c)
			}
		}
		return made
	}
	return y
}

// like is an empty collection in the place of another one; it is written in JSON's way if one
// of both is.
func (m merger) like(base, over *yaml.Node) *yaml.Node {
	file, far := m.file[base]
	if !far {
		file = m.main
	}
	y := m.collection(base.Kind, file, base.Line, base.Column)
	y.Style = base.Style | over.Style&yaml.FlowStyle
	return y
}
