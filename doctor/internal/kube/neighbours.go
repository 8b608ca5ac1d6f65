package kube

import (
	"maps"
	"path"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// named is the object of a kind and name that a pod means. Where many have the name, one for
// each place that is deployed to, it is the one beside the pod; if that is not one either, it
// is not known.
func (c *Cluster) named(kind, name string, near Object) (Object, bool) {
	all := c.names[kind+" "+name]
	for _, close := range []func(Object) bool{near.near, near.sameFolder, near.sameFile} {
		all = slices.DeleteFunc(slices.Clone(all), func(o Object) bool { return !close(o) })
		if len(all) == 1 {
			return all[0], true
		}
	}
	return Object{}, false
}

func (o Object) sameFile(other Object) bool   { return o.Path == other.Path }
func (o Object) sameFolder(other Object) bool { return path.Dir(o.Path) == path.Dir(other.Path) }

// mine says whether an object may be about a pod: where several pods have its name, the one
// beside it, or that Kustomize builds with it, is meant.
func (p *Pod) mine(o Object) bool {
	if !o.near(p.Object) {
		return false
	}
	if len(p.cluster.names[p.Kind+" "+p.Name]) == 1 || o.sameFolder(p.Object) {
		return true
	}
	return slices.ContainsFunc(p.cluster.buildsOf(p.Path), func(b *build) bool { return b.ways[o.Path] != nil })
}

// Services are those that send traffic to a pod.
func (p *Pod) Services() []Object { return p.chosen("Service") }

// Budgets are the PodDisruptionBudgets of a pod.
func (p *Pod) Budgets() []Object { return p.chosen("PodDisruptionBudget") }

// chosen are the objects of a kind that select a pod by its labels.
func (p *Pod) chosen(kind string) (all []Object) {
	labels := p.Labels()
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		for _, o := range p.cluster.chosen[kind+" "+key+"="+labels[key]] {
			if p.mine(o) && has(labels, selector(o)) {
				all = append(all, p.built(o)...)
			}
		}
	}
	return all
}

// built is an object in the forms in which the kustomizations make it that make the pod.
func (p *Pod) built(o Object) (all []Object) {
	seen, plain := false, false
	for _, b := range p.builds {
		for _, w := range b.ways[o.Path] {
			made := p.cluster.product(o, w)
			seen = true
			switch {
			case made.gone:
			case made.other:
				all = append(all, made.Object)
			default:
				plain = true
			}
		}
	}
	if plain || !seen {
		all = append(all, o)
	}
	return all
}

// selector are the labels by which an object selects pods; none: it does not, or by more than
// labels.
func selector(o Object) map[string]string {
	at := o.Node.Get("spec", "selector")
	switch {
	case o.Kind == "Service":
		return words(at)
	case o.Kind == "PodDisruptionBudget" && !at.Get("matchExpressions").Exists():
		return words(at.Get("matchLabels"))
	}
	return nil
}

// Scalers are what changes the number of a pod by its load.
func (p *Pod) Scalers() (all []Object) {
	for _, o := range p.cluster.scalers[p.Kind+" "+p.Name] {
		if p.mine(o) {
			all = append(all, p.built(o)...)
		}
	}
	return all
}

// has says whether a pod's own labels have others in them.
func has(own, labels map[string]string) bool {
	for key, value := range maps.All(labels) {
		if own[key] != value {
			return false
		}
	}
	return true
}

// words are a mapping's scalars.
func words(n tree.Node) map[string]string {
	all := map[string]string{}
	for key, value := range n.Pairs() {
		all[key.Value] = value.Text().Value
	}
	return all
}

// configMap is the data of one that the repository has, or that Kustomize makes.
func (c *Cluster) configMap(name string, near Object) (map[string]deploy.Text, bool) {
	if name == "" {
		return nil, false
	}
	if o, ok := c.named("ConfigMap", name, near); ok {
		data := map[string]deploy.Text{}
		for key, value := range o.Node.Get("data").Pairs() {
			data[key.Value] = value.Text()
		}
		return data, true
	}
	if made := c.made[name]; len(made) == 1 {
		return made[0].data, made[0].whole
	}
	return nil, false // several make it: which one counts depends on which of them is built
}
