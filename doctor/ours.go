package doctor

import (
	"slices"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// graceName is the variable by which our workers are told what the platform grants.
const graceName = "TASUKI_GRACE"

// ours says whether a workload is a program of ours, which knows more of its platform than
// others do.
func (k *work) ours() bool { return k.worker() && (k.kind() == worker.Tasuki || k.supervisor()) }

func (k *work) supervisor() bool { return k.worker() && k.kind() == worker.Supervisor }

// settle puts into the sum what programs of ours do by themselves: systemd gives them more
// time as they ask for it, and the supervisor's stop ends within the grace that it is told of.
func (k *work) settle() {
	if !k.ours() {
		return
	}
	if sv, ok := k.service(); ok && k.Platform == deploy.Systemd {
		main, all := sv.hears()
		_, trapped := k.chain.Trapped()
		switch {
		case main && trapped == nil, all:
			k.sum.Grace.Endless = k.sum.Grace.Open == ""
			k.sum.Grace.What += ", which grows while the worker asks for more"
		default:
			k.within(k.sum.Grace)
		}
		return
	}
	if d, t, ok := k.told(); ok {
		k.within(Figure{Time: d, What: graceName, Pos: t.Pos})
	}
}

// within ends a supervisor's drain, where it has no other end, with a grace that it knows.
func (k *work) within(grace Figure) {
	i := slices.IndexFunc(k.sum.Need, func(f Figure) bool { return f.Endless })
	if i < 0 || !k.supervisor() || !grace.Known() {
		return
	}
	var rest time.Duration
	for _, f := range k.sum.Need {
		rest += f.Time
	}
	k.sum.Need[i] = Figure{Time: max(grace.Time-rest, 0), What: "what " + grace.What + " leaves", Pos: grace.Pos, Default: grace.Default}
}

// told is what TASUKI_GRACE holds.
func (k *work) told() (time.Duration, deploy.Text, bool) {
	t, ok := k.chain.Env[graceName]
	if !ok {
		t, ok = k.Variable(graceName)
	}
	if !ok || t.Open {
		return 0, t, false
	}
	if n, err := strconv.ParseFloat(t.Value, 64); err == nil && n > 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second)), t, true
	}
	d, err := time.ParseDuration(t.Value)
	return d, t, err == nil && d > 0
}
