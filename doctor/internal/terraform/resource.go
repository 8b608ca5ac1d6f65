package terraform

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Call is of a module that is not here.
type Call struct {
	Module *Module
	Name   string
	Source deploy.Text
	Node   tree.Node
	Pos    deploy.Pos
}

// A Resource is what a module has Terraform make.
type Resource struct {
	Type, Name string
	Pos        deploy.Pos
	Node       tree.Node
	Module     *Module
}

// Address is its name as references have it.
func (r Resource) Address() string { return r.Type + "." + r.Name }

// Resources are those of the wanted types; one that is made several times is there once for
// each, as far as that can be told.
func (m *Module) Resources(types ...string) (all []Resource) {
	for _, b := range m.project.blocks[m.Dir] {
		for _, t := range types {
			if b.Type != "resource" || b.Label(0) != t {
				continue
			}
			for _, each := range m.each(b) {
				all = append(all, Resource{Type: t, Name: b.Label(1), Pos: b.Pos(), Node: b.Node(m.scope(each)), Module: m})
			}
		}
	}
	return all
}

// Data is a data source of the module.
func (m *Module) Data(address string) (tree.Node, bool) {
	b, ok := m.data[address]
	if !ok {
		return tree.Node{}, false
	}
	return b.Node(m.scope(nil)), true
}

// An each is what each.key and each.value are, and count.index.
type each map[string]tree.Node

// mostEach is how many of a resource are looked at.
const mostEach = 100

// each is what a block is made for: once, or for each element of a map that is known.
func (m *Module) each(b tree.Block) []each {
	in := m.scope(nil)
	if count, ok := b.Attribute("count", in).Int(); ok && count == 0 {
		return nil
	}
	coll := b.Attribute("for_each", in)
	if !coll.Exists() || coll.Partly() || !coll.IsMap() && !coll.IsList() {
		return []each{nil}
	}
	var all []each
	for key, value := range coll.Pairs() {
		all = append(all, each{"each.key": m.project.Forest.String(key.Value, key.Pos.File, key.Pos.Line), "each.value": value})
	}
	for _, item := range coll.Items() {
		all = append(all, each{"each.key": item, "each.value": item})
	}
	return all[:min(len(all), mostEach)]
}
