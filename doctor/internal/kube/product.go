package kube

import (
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A product is an object as a kustomization makes it.
type product struct {
	Object
	forest *tree.Forest
	names  []string          // that it had on the way, the last one too
	given  map[string]string // labels that kustomizations put on it
	by     []*patch          // that are laid over it
	other  bool              // it is not the same as before
	gone   bool              // a patch takes it away
}

// product is what becomes of an object on a way.
func (c *Cluster) product(o Object, w *way) *product {
	p := &product{Object: o, forest: tree.NewForest(), names: []string{o.Name}, given: map[string]string{}}
	for _, change := range w.changes {
		if !p.gone {
			change.to(p)
		}
	}
	return p
}

// labels are those of the object itself.
func (p *product) labels() map[string]string {
	all := words(p.Node.Get("metadata", "labels"))
	for key, value := range p.given {
		all[key] = value
	}
	return all
}

// set sets a field of the object.
func (p *product) set(value tree.Node, path ...string) {
	p.Node = p.forest.Changed(p.Node, tree.Operation{Kind: "add", Path: path, Value: p.forest.Adopt(value)})
	p.other = true
}

// A change is what a kustomization does to an object, if it is meant for it.
type change interface{ to(p *product) }

// A renaming puts something in front of names, and behind them.
type renaming struct{ prefix, suffix string }

func (r renaming) to(p *product) {
	if name := r.prefix + p.names[len(p.names)-1] + r.suffix; !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
}

// A labelled puts labels on objects.
type labelled map[string]string

// labelling are the labels that a kustomization puts on all objects.
func labelling(doc tree.Node) labelled {
	all := labelled(words(doc.Get("commonLabels")))
	for _, n := range doc.Get("labels").Items() {
		for key, value := range words(n.Get("pairs")) {
			all[key] = value
		}
	}
	return all
}

func (l labelled) to(p *product) {
	for key, value := range l {
		p.given[key] = value
	}
}

// A scaling sets how many there are of an object.
type scaling struct {
	name  string
	count tree.Node
}

var scaled = []string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}

func (s scaling) to(p *product) {
	if slices.Contains(scaled, p.Kind) && slices.Contains(p.names, s.name) && p.Node.Get("spec", "replicas").Text().Value != s.count.Text().Value {
		p.set(s.count, "spec", "replicas")
	}
}

// An imaging gives images another name.
type imaging struct {
	name string
	as   tree.Node
}

func (i imaging) to(p *product) {
	if !i.as.Exists() || path.Base(i.as.Text().Value) == path.Base(i.name) {
		return // its tag, and where it comes from, make no difference here
	}
	for _, list := range []string{"containers", "initContainers"} {
		at := slices.Concat(podPaths[p.Kind], []string{list})
		for nr, c := range p.Node.Get(at...).Items() {
			if ref := c.Get("image").Text().Value; untagged(ref) == i.name {
				p.set(i.as, slices.Concat(at, []string{itoa(nr), "image"})...)
			}
		}
	}
}

// untagged is an image's name without tag and digest, but with its registry.
func untagged(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		return ref[:i]
	}
	return ref
}
