package kube

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// rendering is how to judge what was not.
const rendering = "render it first: helm template CHART | tasuki doctor -, or kustomize build FOLDER | tasuki doctor -"

// IsTemplate says whether a file is one by its name: worker.yaml.erb.
func IsTemplate(name string) bool {
	of, ok := strings.CutSuffix(name, path.Ext(name))
	return ok && templateExts[path.Ext(name)] && (strings.HasSuffix(of, ".yaml") || strings.HasSuffix(of, ".yml") || strings.HasSuffix(of, ".json"))
}

var templateExts = map[string]bool{".erb": true, ".j2": true, ".jinja": true, ".jinja2": true, ".tmpl": true, ".tpl": true, ".gotmpl": true, ".ejs": true, ".mustache": true, ".tftpl": true, ".in": true, ".envsubst": true, ".template": true}

// isTemplate says whether a file that cannot be read is a template, which only its tool can
// render.
func isTemplate(content []byte) bool {
	return bytes.Contains(content, []byte("{{")) || bytes.Contains(content, []byte("{%")) || bytes.Contains(content, []byte("<%"))
}

var podKind = regexp.MustCompile(`(?m)^[ \t]*kind:[ \t]*["']?(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Rollout|Job|CronJob|ScaledJob|DeploymentConfig|CloneSet)["']?[ \t]*(#.*)?$`)

// openKind is a kind that the template itself chooses.
var openKind = regexp.MustCompile(`(?m)^kind:[ \t]*["']?\{\{`)

func templateRemark(line int) Remark {
	return Remark{Line: line, Text: "it is a template, and was not judged", Hint: rendering}
}

// templates says of a template that it was not judged, if it is one of pods.
func templates(content []byte) []Remark {
	at := podKind.FindIndex(content)
	if at == nil {
		at = openKind.FindIndex(content)
	}
	if at == nil {
		return nil
	}
	return []Remark{templateRemark(1 + bytes.Count(content[:at[0]], []byte("\n")))}
}

// unrendered says whether an object with pods is a template that happens to be good YAML:
// {{ x }} is a mapping whose key is a mapping, or stands between quotes. What annotations,
// variables and texts of several lines hold is others' business.
func unrendered(o Object) bool {
	if !makesPods(o.Kind) {
		return strings.Contains(o.Kind, "{{")
	}
	left := 5000
	return strings.Contains(o.Kind+o.Name+o.Namespace, "{{") || open(o.Node.Get("spec"), 0, &left) || open(o.Node.Get("metadata", "name"), 0, &left)
}

func open(n tree.Node, depth int, left *int) bool {
	if *left--; *left < 0 || depth > 30 {
		return false
	}
	text := n.Text().Value
	if strings.Contains(text, "{{") && !strings.Contains(text, "\n") {
		return true
	}
	for _, item := range n.Items() {
		if open(item, depth+1, left) {
			return true
		}
	}
	for key, value := range n.Pairs() {
		if key.Value == "" && value.IsNull() || key.Value != "annotations" && key.Value != "env" && open(value, depth+1, left) {
			return true
		}
	}
	return false
}
