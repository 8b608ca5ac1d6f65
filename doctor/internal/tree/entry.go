package tree

import "go.yaml.in/yaml/v3"

// An entry is a key of a mapping with its value.
type entry struct{ key, value *yaml.Node }

// entries are those of a mapping, merged ones (<<) too, each key once.
func entries(y *yaml.Node) (all []entry) {
	at := map[string]int{}
	for _, from := range (Node{y: y}).sources() {
		mine := len(all)
		for i := 0; i+1 < len(from.Content); i += 2 {
			k := from.Content[i]
			if k.Tag == "!!merge" {
				continue
			}
			have, ok := at[k.Value]
			switch {
			case !ok:
				at[k.Value] = len(all)
				all = append(all, entry{k, from.Content[i+1]})
			case have >= mine: // of doubled keys the last one counts
				all[have] = entry{k, from.Content[i+1]}
			}
		}
	}
	return all
}

// index are a mapping's entries by their keys.
func index(y *yaml.Node) map[string]entry {
	all := map[string]entry{}
	for _, e := range entries(y) {
		all[e.key.Value] = e
	}
	return all
}

// valueOf is what a mapping has for a key; nil: nothing.
func valueOf(y *yaml.Node, key string) *yaml.Node {
	for _, e := range entries(y) {
		if e.key.Value == key {
			return follow(e.value)
		}
	}
	return nil
}
