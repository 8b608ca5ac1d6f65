package kube

import "slices"

// variants are the pods that the kustomizations make of one: each that builds it and changes it,
// and it itself where nobody does.
func (c *Cluster) variants(o Object) (all []*Pod) {
	plain := &Pod{Object: o, original: o, cluster: c}
	builds := c.buildsOf(o.Path)
	for _, b := range builds {
		for _, w := range b.ways[o.Path] {
			switch p := c.product(o, w); {
			case p.gone:
			case p.other:
				all = append(all, &Pod{Object: p.Object, original: o, By: b.by.Shown, builds: []*build{b}, cluster: c})
			default:
				plain.builds = append(plain.builds, b)
			}
		}
	}
	if len(plain.builds) > 0 || len(builds) == 0 {
		all = append(all, plain)
	}
	return all
}

// A build is what a kustomization makes that no other one takes in.
type build struct {
	by   *Kustomization
	ways map[string][]*way // of the files' objects: one for each time that a file is taken in
}

// A way is what happens to a file's objects on their way through a build, in this order.
type way struct{ changes []change }

// buildsOf are those that take a file in.
func (c *Cluster) buildsOf(file string) []*build {
	if c.built != nil || len(c.kustoms) == 0 {
		return c.built[file]
	}
	dirs, taken := map[string][]*Kustomization{}, map[string]bool{}
	for _, k := range c.kustoms {
		dirs[k.dir] = append(dirs[k.dir], k)
		for _, r := range slices.Concat(k.resources, k.components) {
			taken[r] = taken[r] || r != k.dir
		}
	}
	c.built = map[string][]*build{}
	for _, k := range c.kustoms {
		if taken[k.dir] {
			continue
		}
		b := &build{by: k, ways: map[string][]*way{}}
		t := taking{dirs: dirs, open: map[*Kustomization]bool{}, left: 20 * most}
		for _, f := range t.take(k, nil) {
			if b.ways[f.file] == nil {
				c.built[f.file] = append(c.built[f.file], b)
			}
			b.ways[f.file] = append(b.ways[f.file], f.way)
		}
	}
	return c.built[file]
}

// A taking goes through the folders of a build.
type taking struct {
	dirs map[string][]*Kustomization
	open map[*Kustomization]bool // those that it is in
	left int                     // how many more steps there may be: a file changed by a kustomization is one
}

// A takenFile is one that a build takes in.
type takenFile struct {
	file string
	way  *way
}

// take is what a kustomization takes in, after its changes; beside is what stands there already,
// which a component changes too.
func (t *taking) take(k *Kustomization, beside []takenFile) []takenFile {
	if t.open[k] || t.left < 0 {
		return beside
	}
	t.open[k] = true
	defer delete(t.open, k)
	all := beside
	for _, r := range k.resources {
		if len(t.dirs[r]) == 0 {
			all = append(all, takenFile{r, &way{}})
		}
		for _, below := range t.dirs[r] {
			all = append(all, t.take(below, nil)...)
		}
	}
	for _, r := range k.components {
		for _, below := range t.dirs[r] {
			all = t.take(below, all)
		}
	}
	t.left -= 1 + len(all)
	for _, f := range all {
		f.way.changes = append(f.way.changes, k.changes...)
	}
	return all
}
