package kube

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// building is how to judge what Kustomize makes of a patch.
const building = "kustomize build FOLDER | tasuki doctor - judges what comes of it"

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

// otherKind is another object, whose pods stand in a template of their own: what scales them
// names their kind too.
var otherKind = regexp.MustCompile(`(?m)^kind:[ \t]*["']?[A-Z]\w*`)

var listKind = regexp.MustCompile(`(?m)^kind:[ \t]*["']?(List|Template)\b`)

func templateRemark(line int) Remark {
	return Remark{Line: line, Template: true}
}

// templates says of a template that it was not judged, if it is one of pods.
func templates(content []byte) []Remark {
	at := podsAt(content)
	if at == nil {
		at = openKind.FindIndex(content)
	}
	if at == nil {
		return nil
	}
	return []Remark{templateRemark(1 + bytes.Count(content[:at[0]], []byte("\n")))}
}

// podsAt finds the kind of an object with pods. One that is not at its line's begin counts in
// lists and ranges alone.
func podsAt(content []byte) []int {
	others := otherKind.Match(content) && !listKind.Match(content)
	for _, at := range podKind.FindAllIndex(content, -1) {
		if content[at[0]] == 'k' || !others {
			return at
		}
	}
	return nil
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
