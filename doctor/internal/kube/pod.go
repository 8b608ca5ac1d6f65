package kube

import (
	"slices"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Pod is one of a manifest: by itself, or the template of what makes many.
type Pod struct {
	Object
	By string // the folder of the kustomization that changes it; empty: nobody does

	original Object   // before that
	builds   []*build // that make it so
	cluster  *Cluster
}

// Field is a field of the object that makes the pod, as the patches leave it.
func (p *Pod) Field(path ...string) tree.Node { return p.Node.Get(path...) }

// Spec is a field of the pod's own spec.
func (p *Pod) Spec(path ...string) tree.Node {
	return p.Field(slices.Concat(podPaths[p.Kind], path)...)
}

// Base is a field of the pod's spec before any patch.
func (p *Pod) Base(path ...string) tree.Node {
	return p.original.Node.Get(slices.Concat(podPaths[p.Kind], path)...)
}

// Job is a field of the spec of the job that makes the pod, if one does.
func (p *Pod) Job(path ...string) tree.Node {
	switch p.Kind {
	case "Job":
		return p.Field(slices.Concat([]string{"spec"}, path)...)
	case "ScaledJob":
		return p.Field(slices.Concat([]string{"spec", "jobTargetRef"}, path)...)
	case "CronJob":
		return p.Field(slices.Concat([]string{"spec", "jobTemplate", "spec"}, path)...)
	}
	return tree.Node{}
}

// metadata is where a pod's own is: its labels and annotations.
func (p *Pod) metadata(key string) tree.Node {
	path := podPaths[p.Kind]
	return p.Field(slices.Concat(path[:len(path)-1], []string{"metadata", key})...)
}

// Labels are the pod's.
func (p *Pod) Labels() map[string]string { return words(p.metadata("labels")) }

// Annotation is one of the pod's.
func (p *Pod) Annotation(name string) string { return words(p.metadata("annotations"))[name] }

// Replicas are how many pods there are of one object; not ok: it is not known.
func (p *Pod) Replicas() (n int64, at tree.Node, ok bool) {
	at = p.Field("spec", "replicas")
	if !at.Exists() || at.IsNull() {
		return 1, at, len(p.Scalers()) == 0
	}
	n, ok = at.Int()
	return n, at, ok
}

// Title is its name for people.
func (p *Pod) Title() string {
	title := p.Kind + " " + p.Name
	if p.By != "" {
		title += " (" + p.By + ")"
	}
	return title
}

// Grace is the pod's: all its containers share it.
func (p *Pod) Grace() deploy.Figure {
	n := p.Spec("terminationGracePeriodSeconds")
	f := deploy.Figure{What: "terminationGracePeriodSeconds", Pos: n.KeyPos()}
	if !n.Exists() || n.IsNull() {
		f.Time, f.Default, f.Pos, f.What = DefaultGrace, true, p.Spec("containers").KeyPos(), "Kubernetes' default grace"
		return f
	}
	seconds, ok := n.Int()
	if !ok {
		f.Open = "is " + strconv.Quote(n.Text().Value)
		return f
	}
	f.Time = limited(seconds)
	return f
}

// limited is a number of seconds as a time; what is more than a hundred years is as long.
func limited(seconds int64) time.Duration {
	const longest = 100 * 365 * 24 * 3600
	return time.Duration(min(max(seconds, 0), longest)) * time.Second
}

func itoa(n int) string { return strconv.Itoa(n) }
