package tree

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Shape is how blocks of Terraform become an object of the API that they stand for.
type Shape struct {
	Lists map[string]string // blocks that there may be several of, and what the API calls their list
	Free  map[string]bool   // maps whose keys are people's own
}

// Shaped is a tree of the forest with its keys in the API's way, stopTimeout for stop_timeout, and
// blocks that stand for themselves instead of lists of one.
func (f *Forest) Shaped(n Node, s Shape) Node { return f.node(f.shaped(n.y, s, 0)) }

func (f *Forest) shaped(y *yaml.Node, s Shape, depth int) *yaml.Node {
	from := follow(y)
	if from == nil || from.Kind != yaml.MappingNode || depth > 40 || f.full() {
		return y
	}
	made := f.collection(yaml.MappingNode, f.file[from], from.Line, from.Column)
	for i := 0; i+1 < len(from.Content); i += 2 {
		key, value := *from.Content[i], from.Content[i+1]
		if key.Tag != OpenTag {
			key.Value = s.name(key.Value)
		}
		f.file[&key] = f.file[from.Content[i]]
		if !s.Free[key.Value] {
			value = f.member(from.Content[i].Value, value, s, depth)
		}
		made.Content = append(made.Content, &key, value)
	}
	return made
}

// member is the value of a key: of a block's the block, or all of them.
func (f *Forest) member(key string, value *yaml.Node, s Shape, depth int) *yaml.Node {
	list := follow(value)
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 || follow(list.Content[0]) == nil || follow(list.Content[0]).Kind != yaml.MappingNode {
		return f.shaped(value, s, depth+1)
	}
	if s.Lists[key] == "" {
		return f.shaped(list.Content[0], s, depth+1)
	}
	all := f.collection(yaml.SequenceNode, f.file[list], list.Line, list.Column)
	for _, item := range list.Content {
		all.Content = append(all.Content, f.shaped(item, s, depth+1))
	}
	return all
}

// name is a key as the API has it.
func (s Shape) name(key string) string {
	if name := s.Lists[key]; name != "" {
		return name
	}
	parts := strings.Split(key, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}
