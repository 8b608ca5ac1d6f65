package kube

import (
	"path"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Kustomization is a folder that Kustomize builds: what it takes in, and what it changes.
type Kustomization struct {
	Shown string // for people

	dir        string
	component  bool
	resources  []string // files and folders of the repository
	components []string // folders that change all that stands beside them
	patches    []*patch
	changes    []change // all that it does, patches too, in Kustomize's order
}

// IsKustomization says whether a file is one, by its name.
func IsKustomization(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// AddKustomization takes in a kustomization; file reads another file of the repository, and
// says under which name people know it.
func (c *Cluster) AddKustomization(name, shown string, content []byte, file func(string) (content []byte, shown string, ok bool)) error {
	docs, err := tree.YAML(shown, content)
	for _, doc := range docs {
		k := &Kustomization{Shown: path.Dir(shown), dir: path.Dir(name), component: doc.Get("kind").Text().Value == "Component"}
		k.resources = append(k.folders(doc, "resources"), k.folders(doc, "bases")...)
		k.components = k.folders(doc, "components")
		k.change(doc, reader{k.dir, content, file})
		c.kustoms = append(c.kustoms, k)
		c.generate(doc, k.dir, file)
	}
	return err
}

func (k *Kustomization) folders(doc tree.Node, key string) (all []string) {
	for _, t := range doc.Get(key).Texts() {
		all = append(all, path.Join(k.dir, t.Value))
	}
	return all
}

// change notes what a kustomization changes, in the order in which Kustomize does it.
func (k *Kustomization) change(doc tree.Node, r reader) {
	for _, n := range doc.Get("patchesStrategicMerge").Items() {
		k.patch(r.patches(n, tree.Node{}))
	}
	for _, n := range doc.Get("patches").Items() {
		k.patch(r.patches(patchBody(n), n.Get("target")))
	}
	k.changes = append(k.changes, renaming{doc.Get("namePrefix").Text().Value, doc.Get("nameSuffix").Text().Value}, labelling(doc))
	for _, n := range doc.Get("patchesJson6902").Items() {
		k.patch(r.patches(patchBody(n), n.Get("target")))
	}
	for _, n := range doc.Get("replicas").Items() {
		k.changes = append(k.changes, scaling{n.Get("name").Text().Value, n.Get("count")})
	}
	for _, n := range doc.Get("images").Items() {
		k.changes = append(k.changes, imaging{n.Get("name").Text().Value, n.Get("newName")})
	}
}

func patchBody(n tree.Node) tree.Node {
	if n.Get("path").Exists() {
		return n.Get("path")
	}
	return n.Get("patch")
}

func (k *Kustomization) patch(all []*patch) {
	for _, p := range all {
		k.patches, k.changes = append(k.patches, p), append(k.changes, p)
	}
}

// patcher is the kustomization that an object of a file is a patch of.
func (c *Cluster) patcher(file string, o Object) *Kustomization {
	for _, k := range c.kustoms {
		for _, p := range k.patches {
			if p.file == file && p.object.Kind == o.Kind && p.object.Name == o.Name {
				return k
			}
		}
	}
	return nil
}

// Remarks are those on patches, once all was read.
func (c *Cluster) Remarks() (all []Remark) {
	met := c.met()
	for _, k := range c.kustoms {
		for _, p := range k.patches {
			if remark, ok := p.remark(k, met[p]); ok {
				all = append(all, remark)
			}
		}
	}
	return all
}

// met are the patches that have an object in this repository.
func (c *Cluster) met() map[*patch]bool {
	met := map[*patch]bool{}
	for _, named := range c.objects {
		for _, o := range named {
			for _, b := range c.buildsOf(o.Path) {
				for _, w := range b.ways[o.Path] {
					for _, p := range c.product(o, w).by {
						met[p] = true
					}
				}
			}
		}
	}
	return met
}
