package tree

import "go.yaml.in/yaml/v3"

// Alias says whether an alias stands there: its text has its lines where the anchor is.
func (n Node) Alias() bool { return n.y != nil && n.y.Kind == yaml.AliasNode }
