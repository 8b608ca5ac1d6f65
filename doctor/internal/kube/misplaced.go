package kube

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// graceKey is the field whose place matters here.
const graceKey = "terminationGracePeriodSeconds"

// A Misplaced is a grace that Kubernetes does not read.
type Misplaced struct {
	Node   tree.Node
	Parent tree.Node // the mapping that it stands in
	Key    string    // as it is written
	In     string    // where: "a container", "the Deployment's spec"
}

// misspelt are other names that people give it in the right place.
var misspelt = []string{"terminationGracePeriod", "terminationGracePeriodSecond", "terminationGraceSeconds", "terminationGracePeriodInSeconds", "terminationGracePeriodsSeconds",
	"terminationPeriodSeconds", "gracePeriodSeconds", "termination_grace_period_seconds", "terminationgraceperiodseconds", "stopGracePeriod", "stop_grace_period"}

// Misplaced are the graces of a pod that stand where they have no effect.
func (p *Pod) Misplaced() (all []Misplaced) {
	for _, place := range p.wrongPlaces() {
		if in := p.Node.Get(place...); in.Get(graceKey).Exists() {
			all = append(all, Misplaced{in.Get(graceKey), in, graceKey, "the " + p.Kind + "'s " + strings.Join(place, ".")})
		}
	}
	spec := p.Spec()
	for _, key := range misspelt {
		if n := spec.Get(key); n.Exists() {
			all = append(all, Misplaced{n, spec, key, "the pod's spec"})
		}
	}
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range spec.Get(list).Items() {
			all = append(all, inContainer(c)...)
		}
	}
	return all
}

// wrongPlaces are the mappings around the pod's spec.
func (p *Pod) wrongPlaces() [][]string {
	path := podPaths[p.Kind]
	all := [][]string{{"metadata"}, slices.Concat(path, []string{"securityContext"})}
	for i := 1; i < len(path); i++ {
		all = append(all, path[:i])
	}
	if len(path) > 1 {
		all = append(all, slices.Concat(path[:len(path)-1], []string{"metadata"}))
	}
	if p.Kind != "Pod" {
		all = append(all, []string{"spec", "strategy"}, []string{"spec", "updateStrategy"})
	}
	return all
}

func inContainer(c tree.Node) (all []Misplaced) {
	for _, place := range [][]string{{}, {"lifecycle"}, {"lifecycle", "preStop"}, {"lifecycle", "preStop", "exec"}, {"lifecycle", "preStop", "sleep"}, {"resources"}, {"securityContext"}} {
		if parent := c.Get(place...); parent.Get(graceKey).Exists() {
			in := "container " + c.Get("name").Text().Value
			if len(place) > 0 {
				in += "'s " + strings.Join(place, ".")
			}
			all = append(all, Misplaced{parent.Get(graceKey), parent, graceKey, in})
		}
	}
	return all
}
