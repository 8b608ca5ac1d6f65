package kube

import (
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Spot is what sends a pod to machines that are taken away at short notice.
type Spot struct {
	Node   tree.Node
	Label  string
	Notice time.Duration
	Who    string // gives the notice
	Maybe  bool   // it may run there, or elsewhere
}

type spotLabel struct {
	values []string
	notice time.Duration
	who    string
}

var spotLabels = map[string]spotLabel{
	"cloud.google.com/gke-spot":             {[]string{"true"}, 15 * time.Second, "GKE's notice (25 s on Autopilot; more where a node pool says so)"},
	"cloud.google.com/gke-preemptible":      {[]string{"true"}, 15 * time.Second, "GKE's notice"},
	"cloud.google.com/gke-provisioning":     {[]string{"spot", "preemptible"}, 15 * time.Second, "GKE's notice (25 s on Autopilot; more where a node pool says so)"},
	"karpenter.sh/capacity-type":            {[]string{"spot"}, 2 * time.Minute, "AWS's notice"},
	"eks.amazonaws.com/capacityType":        {[]string{"SPOT"}, 2 * time.Minute, "AWS's notice"},
	"kubernetes.azure.com/scalesetpriority": {[]string{"spot"}, 30 * time.Second, "Azure's notice"},
}

// Spot says whether a pod asks for such machines, or agrees to them.
func (p *Pod) Spot() (found Spot, ok bool) {
	for _, look := range []func() (Spot, bool){p.bySelector, p.byAffinity, p.byPool, p.byToleration} {
		if s, is := look(); is && (!ok || found.Maybe && !s.Maybe) {
			found, ok = s, true
		}
	}
	return found, ok
}

func (p *Pod) bySelector() (Spot, bool) {
	for key, value := range p.Spec("nodeSelector").Pairs() {
		if l := spotLabels[key.Value]; slices.Contains(l.values, value.Text().Value) {
			return Spot{value, key.Value, l.notice, l.who, false}, true
		}
	}
	return Spot{}, false
}

func (p *Pod) byAffinity() (Spot, bool) {
	affinity := p.Spec("affinity", "nodeAffinity")
	terms := affinity.Get("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").Items()
	for _, term := range terms {
		if s, ok := expressed(term.Get("matchExpressions")); ok {
			s.Maybe = s.Maybe || len(terms) > 1
			return s, true
		}
	}
	for _, prefer := range affinity.Get("preferredDuringSchedulingIgnoredDuringExecution").Items() {
		if s, ok := expressed(prefer.Get("preference", "matchExpressions")); ok {
			s.Maybe = true
			return s, true
		}
	}
	return Spot{}, false
}

// expressed reads expressions: key, operator, values.
func expressed(list tree.Node) (Spot, bool) {
	for _, e := range list.Items() {
		l, known := spotLabels[e.Get("key").Text().Value]
		if !known {
			continue
		}
		spots, others := 0, 0
		for _, v := range e.Get("values").Texts() {
			if slices.Contains(l.values, v.Value) {
				spots++
			} else {
				others++
			}
		}
		operator := e.Get("operator").Text().Value
		if operator == "In" && spots > 0 || operator == "Exists" && len(l.values) == 1 && l.values[0] == "true" {
			return Spot{e.Get("key"), e.Get("key").Text().Value, l.notice, l.who, others > 0}, true
		}
	}
	return Spot{}, false
}

// byPool is a pool of nodes that stands beside the pod and that the pod asks for.
func (p *Pod) byPool() (Spot, bool) {
	for key, value := range p.Spec("nodeSelector").Pairs() {
		kind, ok := map[string]string{"karpenter.sh/nodepool": "NodePool", "karpenter.sh/provisioner-name": "Provisioner"}[key.Value]
		if !ok {
			continue
		}
		for _, o := range p.cluster.objects[kind] {
			if o.Name != value.Text().Value {
				continue
			}
			requirements := o.Node.Get("spec", "template", "spec", "requirements")
			if !requirements.Exists() {
				requirements = o.Node.Get("spec", "requirements")
			}
			if s, ok := expressed(requirements); ok {
				s.Node, s.Label = value, kind+" "+o.Name+" has "+s.Label
				return s, true
			}
		}
	}
	return Spot{}, false
}

func (p *Pod) byToleration() (Spot, bool) {
	for _, t := range p.Spec("tolerations").Items() {
		key, value := t.Get("key").Text().Value, t.Get("value").Text().Value
		l, known := spotLabels[key]
		if known && (slices.Contains(l.values, value) || strings.EqualFold(t.Get("operator").Text().Value, "Exists")) {
			return Spot{t.Get("key"), key, l.notice, l.who, true}, true
		}
	}
	return Spot{}, false
}
