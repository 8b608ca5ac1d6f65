package supervise

import (
	"syscall"
	"time"
)

// phase is how far a worker's life is.
type phase string

const (
	starting phase = "starting" // not ready yet
	working  phase = "working"
	quieted  phase = "quiet"    // takes no more jobs, and can be taken back if its kind can
	stopping phase = "stopping" // has its stop signal
)

// A process is one worker of a slot, as the plan sees it.
type process struct {
	slot       *slot
	identity   string // of the slot, or the slot's and a number behind a dot
	generation int
	manner     manner // in which it is told, as it was started for
	pid        int
	adopted    bool // a supervisor before this one started it
	started    time.Time

	phase    phase
	retire   string    // why it is replaced; empty: it is to stay
	unready  bool      // it was told to stop before it was ready
	blame    string    // why, if that is its fault
	readyAt  time.Time // when it began to work
	quietAt  time.Time // when it got its quiet signal
	stopAt   time.Time // when it got its stop signal
	killed   time.Time // when it was killed, by us
	given    time.Duration
	report   report
	reported time.Time
	idleAt   time.Time // since when its title shows no job, while it is quiet
	resident int64
	note     string // what is wrong with it
}

// A manner is how a worker is told what to do. It stays as it was when the worker was
// started: what ends a new version may kill an old one.
type manner struct {
	Kind   Kind           `json:"kind,omitempty"`
	Stop   syscall.Signal `json:"stop,omitempty"`
	Quiet  syscall.Signal `json:"quiet,omitempty"`
	Resume syscall.Signal `json:"resume,omitempty"`
}

func (w *Worker) manner() manner {
	return manner{Kind: w.Kind, Stop: w.Stop, Quiet: w.Quiet, Resume: w.Resume}
}

// habits are those of its kind.
func (p *process) habits() habits { return p.manner.Kind.habits() }

// report is what a worker tells of itself.
type report struct {
	Ready   bool   `json:"ready,omitempty"`
	Status  string `json:"status,omitempty"`
	Name    string `json:"name,omitempty"`  // in its store
	State   string `json:"state,omitempty"` // working, quiet, stopping, leaving
	Busy    int    `json:"busy"`            // jobs that run; -1: it does not tell
	Held    int    `json:"held,omitempty"`  // those that cannot be handed over
	Done    int64  `json:"done,omitempty"`
	Stopped bool   `json:"stopped,omitempty"` // it said that it stops
}

// title begins what is said of its end.
func (p *process) title() string {
	if p.blame != "" {
		return "worker " + p.identity + ": " + p.blame + "; "
	}
	return "worker " + p.identity + ": "
}

// ready says whether it has shown that it works.
func (p *process) ready() bool { return p.phase != starting && !p.unready }

// stays says whether it is not to be replaced.
func (p *process) stays() bool { return p.retire == "" }

// takes says whether it takes jobs, or soon will.
func (p *process) takes() bool { return p.phase == starting || p.phase == working }

// titleRest is longer than Sidekiq leaves between two changes of its title, 5 s.
const titleRest = 6 * time.Second

// unborn says whether it cannot have jobs yet. One that another supervisor started may have
// been ready before.
func (p *process) unborn() bool { return p.phase == starting && !p.adopted }

// newer says whether of two that take jobs it is the one to keep.
func (p *process) newer(o *process) bool {
	if works := p.phase == working; works != (o.phase == working) {
		return works
	}
	return p.generation > o.generation
}

// idle says whether a worker that was told to go quiet has no jobs any more, as it said
// since. A title may be older than the quiet signal, so it has to show that twice.
func (p *process) idle(now time.Time) bool {
	if p.habits().title {
		return !p.idleAt.IsZero() && now.Sub(p.idleAt) >= titleRest
	}
	return p.report.Busy == 0 && p.reported.After(p.quietAt) && (p.report.State == "" || p.report.State == "quiet")
}

// An order is what the plan wants done.
type order struct {
	do     string // start, signal, kill
	slot   *slot
	of     *process
	signal syscall.Signal
	why    string
}
