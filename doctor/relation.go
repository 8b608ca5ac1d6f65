package doctor

import (
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// The relation need ≤ grace of a worker is said in three ways, and each of them once:
//
//   - It is known to break: by the platform's own rule (K201 and K202, E301 and E302, C401 and
//     C402, S501), which asks short; by R701 on a platform that has none.
//   - A drain has no end and nobody says how long jobs take: by R702, on every platform.
//   - Another figure is not known: by R701, on every platform. A platform's rule says nothing
//     of it, and leaves the sum alone: short answers false.
//
// Who owns a platform's rules: all findings about times have the place of the grace, k.Grace.Pos,
// as their cause, or that of what comes off it (a preStop) if they are about that. Yours have
// ranks from -1 down, those of R701 and R702 come last: where yours say that the grace is unset, or the
// hook opaque, they stand in for these, and nothing is said twice. A sum that breaks without its
// unknown parts breaks (deploy.Sum): short then says "at least". Let edits and lines to paste
// out where k.sum.Open() is not empty: no figure can be proposed.

// yields is the rank of what a platform's own rule says better.
const yields = -10

// judged are the platforms that have a rule of their own for a grace that is too short.
var judged = []deploy.Platform{deploy.Kubernetes, deploy.ECS, deploy.Compose, deploy.Systemd, deploy.Quadlet, deploy.Kamal, deploy.Supervisor}

// rounding is how times are proposed: 36 s is not what anybody writes.
const rounding = 5 * time.Second

// proposed is the grace that a worker should have: what it needs, rounded up.
func (k *work) proposed() time.Duration {
	return (k.sum.Needed() + k.less() + rounding - 1) / rounding * rounding
}

// less is what comes off the grace, as far as it is known.
func (k *work) less() (sum time.Duration) {
	for _, f := range k.sum.Less {
		sum += f.Time
	}
	return sum
}

// short is a grace that is known to be too short for its worker.
func (k *work) short() (Finding, bool) {
	if k.sum == nil || !k.sum.Breaks() {
		return Finding{}, false
	}
	killed, needs := max(k.sum.Available(), 0), deploy.Seconds(k.sum.Needed())
	message, outcome := "%s needs %s to stop, and has %s", "it would have taken up to "+needs
	if k.sum.Open() != "" {
		message, outcome = "%s needs %s to stop at least, and has %s at most", "it would have taken "+needs+" at least: "+k.sum.Open()
	}
	return Finding{Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: -1, Workload: k.Name, Sum: k.sum,
		Message: fmt.Sprintf(message, k.kind().Name, needs, deploy.Seconds(killed)),
		Outcome: fmt.Sprintf("%s after the stop signal the worker is killed, with all jobs that still run; %s", deploy.Seconds(killed), outcome),
	}, true
}

// general is a grace that is too short on a platform without a rule of its own.
func (k *work) general() (Finding, bool) {
	f, short := k.short()
	if !short || slices.Contains(judged, k.Platform) {
		return Finding{}, false
	}
	f.Fix = fmt.Sprintf("raise %s, or lower %s", k.sum.Grace.What, k.sum.Need[0].What)
	k.outlives(&f)
	return f, true
}

// unknown is a sum of which nobody can say whether it holds, since a figure is not known.
func (k *work) unknown() (Finding, bool) {
	if k.sum == nil || k.sum.Breaks() || k.sum.Open() == "" || k.drains() {
		return Finding{}, false
	}
	i := slices.IndexFunc(k.sum.Figures(), func(f Figure) bool { return f.Open != "" })
	if i < 0 {
		return Finding{}, false
	}
	fig := k.sum.Figures()[i]
	f := Finding{Severity: Warning, Pos: k.at(fig), cause: k.yieldsTo(fig), rank: yields, Workload: k.Name, Sum: k.sum,
		Message: fmt.Sprintf("nobody can tell whether %s has the time that it needs: %s %s", k.kind().Name, fig.What, fig.Open),
		Outcome: "if that is too little, all jobs that still run are killed, and no check will have said so",
		Fix:     "set it explicitly in a file that stands here"}
	if i < len(k.sum.Need) {
		f.Fix += ", or say it with --worker-timeout"
	}
	if slices.ContainsFunc(k.sum.Less, func(l Figure) bool { return l.Pos == fig.Pos && l.What == fig.What }) {
		f.cause = fig.Pos
	}
	return f, true
}

// drains says whether the worker waits for its jobs without an end, and nobody says how long
// they take.
func (k *work) drains() bool {
	return k.sum != nil && !k.sum.Grace.Endless && slices.ContainsFunc(k.sum.Need, func(f Figure) bool { return f.Endless })
}

// endless is a drain that the platform ends.
func (k *work) endless() (Finding, bool) {
	if !k.drains() || k.sum.Breaks() {
		return Finding{}, false
	}
	i := slices.IndexFunc(k.sum.Need, func(f Figure) bool { return f.Endless })
	f := Finding{Pos: k.at(k.sum.Need[i]), cause: k.yieldsTo(k.sum.Need[i]), rank: yields, Workload: k.Name, Sum: k.sum,
		Message: fmt.Sprintf("%s waits for its jobs for as long as they take, and %s does not", k.kind().Name, k.Platform),
		Outcome: "jobs that are longer than the grace are killed, and nobody has said how long jobs are"}
	if k.sum.Grace.Open == "" {
		f.Outcome = fmt.Sprintf("jobs that still run %s after the stop signal are killed, and nobody has said how long jobs take", deploy.Seconds(max(k.sum.Available(), 0)))
	}
	f.Fix, f.Paste = k.bound()
	return f, true
}

// bound is how a drain gets an end in front of the kill.
func (k *work) bound() (fix string, paste []string) {
	said := "say how long jobs take, with --longest-job, and give the worker that time"
	flags := k.kind().Flags
	left := k.sum.Available() - rounding
	if len(flags) == 0 || k.sum.Grace.Open != "" || left <= 0 {
		return said, nil
	}
	unit := max(k.kind().Unit, 1)
	if k.kind().Unit == 0 {
		unit = time.Second
	}
	return "let the worker end by itself before it is killed; or " + said, []string{fmt.Sprintf("%s %d", flags[0], left/unit)}
}

// yieldsTo is the cause of what is said of a figure: where no grace is set the platform's rule may
// say that, in its stead; otherwise each worker has its own.
func (k *work) yieldsTo(f Figure) Pos {
	if k.Grace.Default {
		return k.Grace.Pos
	}
	return k.at(f)
}

// at is where a figure stands, or the worker that it is one of.
func (k *work) at(f Figure) Pos {
	for _, p := range []Pos{f.Pos, k.Grace.Pos, k.Pos} {
		if p.Known() && p.Line > 0 {
			return p
		}
	}
	return k.Pos
}
