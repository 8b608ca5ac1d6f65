package doctor

import (
	"iter"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

// The ranks of findings about a pod's grace: of those of one line the first here is said, and
// each before what yields.
const (
	rankMisplaced = -1
	rankZero      = -2
	rankPreStop   = -3
	rankGrace     = -4
)

// containers are the pods' containers that work jobs off.
func (s *scene) containers() iter.Seq2[*work, *kube.Container] {
	return func(yield func(*work, *kube.Container) bool) {
		for _, k := range s.works {
			if c, ok := k.container(); ok && k.worker() && !yield(k, c) {
				return
			}
		}
	}
}

// tooShort is a grace that is known to be too short.
func (k *work) tooShort() (Finding, bool) {
	f, short := k.short()
	f.rank = rankGrace
	return f, short
}

// needed says in words how long a worker takes, if that is known.
func (k *work) needed() (text string, ok bool) {
	if k.sum == nil {
		return "", false
	}
	need := Sum{Need: k.sum.Need, Grace: deploy.Figure{Endless: true}}
	return deploy.Seconds(need.Needed()), need.Open() == ""
}

// setGrace writes the pod's grace: in its place, or in front of its containers. All who
// have the same one, containers of the pod and whoever shares its lines, get what the
// slowest of them needs.
func (s *scene) setGrace(k *work) (fix string, paste []string, edits []Edit) {
	var most time.Duration
	for _, other := range s.works {
		if other.sum == nil || other.Grace.Pos != k.Grace.Pos || !other.worker() {
			continue
		}
		if other.sum.Open() != "" {
			return "set terminationGracePeriodSeconds in the pod's spec to what the worker needs", nil, nil
		}
		most = max(most, other.proposed())
	}
	value := wholeSeconds(most)
	if paste, edits, ok := s.setOperation(k, value); ok {
		return "in the patch, as the value of its operation", paste, edits
	}
	c, _ := k.container()
	line := "terminationGracePeriodSeconds: " + value
	if c.Pod.IsTerraform() {
		line = "termination_grace_period_seconds = " + value
	}
	return "in the pod's spec, beside containers", []string{line}, s.writeGrace(c.Pod, value)
}
