package tree

import "go.yaml.in/yaml/v3"

// isOpen says whether a value is not known before the deploy.
func isOpen(y *yaml.Node) bool { return y != nil && y.Kind == yaml.ScalarNode && y.Tag == OpenTag }

func isNull(y *yaml.Node) bool { return y != nil && y.Kind == yaml.ScalarNode && y.Tag == "!!null" }

// Partly says whether a list has elements, or a mapping keys, that are not known.
func (n Node) Partly() bool { return partly(follow(n.y)) }

// IsOpen says whether nothing is known of it.
func (n Node) IsOpen() bool { return isOpen(follow(n.y)) }

// partly says whether a list has elements, or a mapping keys, that are not known.
func partly(y *yaml.Node) bool {
	if y == nil {
		return false
	}
	switch y.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			if isOpen(y.Content[i]) {
				return true
			}
		}
	case yaml.SequenceNode:
		for _, item := range y.Content {
			if isOpen(item) && item.Anchor == restAnchor {
				return true
			}
		}
	}
	return false
}

// rest is an element that stands for what is not known of a list.
func rest(y *yaml.Node) *yaml.Node {
	here := *y
	here.Anchor = restAnchor
	return &here
}
