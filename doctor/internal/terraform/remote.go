package terraform

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// remote is an output of a module that is not here, but of which it is known what it makes
// out of what it is called with: cloudposse's container definition.
func (m *Module) remote(p []string) (tree.Node, int) {
	for _, b := range m.project.blocks[m.Dir] {
		if b.Type != "module" || b.Label(0) != p[1] || len(p) < 3 {
			continue
		}
		in := m.scope(nil)
		source := b.Attribute("source", in).Text().Value
		if !strings.Contains(source, "ecs-container-definition") {
			return tree.Node{}, 0
		}
		one := m.once("module."+p[1], func() tree.Node { return containerOf(b.Node(in), m.project.Forest) })
		switch out := p[len(p)-1]; {
		case strings.HasSuffix(out, "_list"), out == "json", out == "json_map_encoded_list":
			return m.project.Forest.List(one), len(p)
		default:
			return one, len(p)
		}
	}
	return tree.Node{}, 0
}

// inputNames are what the module's inputs are called in a container definition.
var inputNames = map[string]string{
	"container_name": "name", "container_image": "image", "command": "command", "entrypoint": "entryPoint", "essential": "essential", "stop_timeout": "stopTimeout",
	"environment": "environment", "map_environment": "environment", "secrets": "secrets", "map_secrets": "secrets", "environment_files": "environmentFiles", "healthcheck": "healthCheck",
	"linux_parameters": "linuxParameters", "container_depends_on": "dependsOn", "firelens_configuration": "firelensConfiguration", "log_configuration": "logConfiguration",
}

// containerOf is the definition; what container_definition has counts before all else.
func containerOf(inputs tree.Node, f *tree.Forest) tree.Node {
	made := f.Renamed(inputs, inputNames)
	for key, value := range inputs.Get("container_definition").Pairs() {
		if !value.IsNull() {
			made = f.Changed(made, tree.Operation{Kind: "add", Path: []string{key.Value}, Value: value})
		}
	}
	return made
}
