// Package cloudformation reads CloudFormation and SAM templates: their resources, with what
// parameters' defaults and mappings make of them. What only a deploy knows stays open.
package cloudformation

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Holds says whether a file looks like a template.
func Holds(content []byte) bool {
	return bytes.Contains(content, []byte("Resources")) && bytes.Contains(content, []byte("AWS::"))
}

// A Template is one document.
type Template struct {
	Resources []Resource

	doc tree.Node
}

// A Resource is one of a template.
type Resource struct {
	ID, Type string
	Pos      deploy.Pos
	Node     tree.Node // its properties
	Depends  tree.Node // DependsOn
}

// Read reads a template; false: the document is none.
func Read(doc tree.Node) (*Template, bool) {
	t := &Template{doc: doc}
	found := false
	for id, r := range doc.Get("Resources").Pairs() {
		kind := r.Get("Type").Text().Value
		found = found || strings.Contains(kind, "::")
		t.Resources = append(t.Resources, Resource{ID: id.Value, Type: kind, Pos: id.Pos, Node: r.Get("Properties").Rewritten(t.resolve), Depends: r.Get("DependsOn")})
	}
	return t, found
}

// Of are the resources of a type.
func (t *Template) Of(kind string) (all []Resource) {
	for _, r := range t.Resources {
		if r.Type == kind {
			all = append(all, r)
		}
	}
	return all
}

// Resource finds one by the name that the template has for it.
func (t *Template) Resource(id string) (Resource, bool) {
	for _, r := range t.Resources {
		if r.ID == id {
			return r, true
		}
	}
	return Resource{}, false
}

var reference = regexp.MustCompile(`^(?:!Ref |!GetAtt |\$\{)([A-Za-z0-9]+)`)

// Referred is the resource that a value names by !Ref, !GetAtt or ${}.
func (t *Template) Referred(value deploy.Text) (Resource, bool) {
	m := reference.FindStringSubmatch(value.Value)
	if m == nil {
		return Resource{}, false
	}
	return t.Resource(m[1])
}
