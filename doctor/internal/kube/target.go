package kube

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A target says which objects a patch is for.
type target struct {
	known bool // false: a mistake of its author's, which Kustomize does not build

	kind                 string // as it is written
	fields               map[string]*regexp.Regexp
	labels, annotations  []requirement
	exactly, exactlyNear string // of a patch that is written like an object: its name and namespace
}

// targetOf reads one; where none is written it is not known.
func targetOf(n tree.Node) target {
	t := target{known: n.IsMap(), kind: n.Get("kind").Text().Value, fields: map[string]*regexp.Regexp{}}
	for _, key := range []string{"group", "version", "kind", "name", "namespace"} {
		text := n.Get(key).Text().Value
		if text == "" {
			continue
		}
		r, err := regexp.Compile("^(?:" + text + ")$")
		t.known = t.known && err == nil
		t.fields[key] = r
	}
	var labels, annotations bool
	t.labels, labels = requirements(n.Get("labelSelector").Text().Value)
	t.annotations, annotations = requirements(n.Get("annotationSelector").Text().Value)
	t.known = t.known && labels && annotations
	return t
}

// target is the object that a patch in the form of one is for.
func (o Object) target() target {
	return target{known: o.Kind != "" && o.Name != "", kind: o.Kind, exactly: o.Name, exactlyNear: o.Namespace}
}

// means says whether an object is meant.
func (t *target) means(p *product) bool {
	if t.exactly != "" {
		return t.kind == p.Kind && slices.Contains(p.names, t.exactly) && (t.exactlyNear == "" || p.Namespace == "" || t.exactlyNear == p.Namespace)
	}
	group, version := p.version()
	for key, value := range map[string]string{"group": group, "version": version, "kind": p.Kind} {
		if r := t.fields[key]; r != nil && !r.MatchString(value) {
			return false
		}
	}
	if r := t.fields["namespace"]; r != nil && p.Namespace != "" && !r.MatchString(p.Namespace) {
		return false
	}
	if r := t.fields["name"]; r != nil && !slices.ContainsFunc(p.names, r.MatchString) {
		return false
	}
	return all(t.labels, p.labels()) && all(t.annotations, words(p.Node.Get("metadata", "annotations")))
}

// version is an object's API in two parts: apps and v1.
func (o Object) version() (group, version string) {
	group, version, ok := strings.Cut(o.Node.Get("apiVersion").Text().Value, "/")
	if !ok {
		return "", group
	}
	return group, version
}

// A requirement is one of a selector of labels: key in (a, b).
type requirement struct {
	key    string
	values []string // nil: any
	not    bool
}

var requirementText = regexp.MustCompile(`^\s*(?:(!?)\s*([\w./-]+)|([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)|([\w./-]+)\s+(in|notin)\s*\(([^()]*)\))\s*$`)

// requirements reads a selector. Not ok: it cannot be read.
func requirements(text string) (all []requirement, ok bool) {
	if strings.TrimSpace(text) == "" {
		return nil, true
	}
	for _, part := range selectorParts(text) {
		m := requirementText.FindStringSubmatch(part)
		switch {
		case m == nil:
			return nil, false
		case m[2] != "":
			all = append(all, requirement{key: m[2], not: m[1] != ""})
		case m[3] != "":
			all = append(all, requirement{key: m[3], values: []string{m[5]}, not: m[4] == "!="})
		default:
			r := requirement{key: m[6], not: m[7] == "notin"}
			for v := range strings.SplitSeq(m[8], ",") {
				r.values = append(r.values, strings.TrimSpace(v))
			}
			all = append(all, r)
		}
	}
	return all, true
}

// selectorParts are what stands between the commas outside of brackets.
func selectorParts(text string) (all []string) {
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				all, from = append(all, text[from:i]), i+1
			}
		}
	}
	return append(all, text[from:])
}

// all says whether labels have everything that is required of them.
func all(required []requirement, labels map[string]string) bool {
	for _, r := range required {
		value, there := labels[r.key]
		if there = there && (r.values == nil || slices.Contains(r.values, value)); there == r.not {
			return false
		}
	}
	return true
}
