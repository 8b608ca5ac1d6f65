package kube

import "slices"

// variants are the pods that the kustomizations make of one: each that builds it, with its
// patches; it itself where nobody patches it.
func (c *Cluster) variants(o Object) (all []*Pod) {
	plain, built := false, false
	for _, b := range c.buildsOf(o.Path) {
		built = true
		var patches []layer
		for _, p := range slices.Backward(b.patches) {
			if p.meant(o) {
				patches = append(patches, p.layer)
			}
		}
		if len(patches) == 0 {
			plain = true
			continue
		}
		all = append(all, &Pod{Object: o, By: b.by.Shown, patches: patches, cluster: c})
	}
	if plain || !built {
		all = append(all, &Pod{Object: o, cluster: c})
	}
	return all
}

// A build is what a kustomization makes that no other one takes in.
type build struct {
	by      *Kustomization
	files   map[string]bool
	patches []patch // the innermost first
}

// buildsOf are those that take a file in.
func (c *Cluster) buildsOf(file string) []*build {
	if c.built != nil || len(c.kustoms) == 0 {
		return c.built[file]
	}
	dirs, taken := map[string][]*Kustomization{}, map[string]bool{}
	for _, k := range c.kustoms {
		dirs[k.dir] = append(dirs[k.dir], k)
		for _, r := range k.resources {
			taken[r] = taken[r] || r != k.dir
		}
	}
	c.built = map[string][]*build{}
	for _, k := range c.kustoms {
		if taken[k.dir] {
			continue
		}
		b := &build{by: k, files: map[string]bool{}}
		b.take(k, dirs, map[*Kustomization]bool{})
		for file := range b.files {
			c.built[file] = append(c.built[file], b)
		}
	}
	return c.built[file]
}

// take adds a kustomization and what it takes in.
func (b *build) take(k *Kustomization, dirs map[string][]*Kustomization, seen map[*Kustomization]bool) {
	if seen[k] || len(seen) > most {
		return
	}
	seen[k] = true
	for _, r := range k.resources {
		b.files[r] = true
		for _, below := range dirs[r] {
			b.take(below, dirs, seen)
		}
	}
	b.patches = append(b.patches, k.patches...)
}
