package supervise

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// failed notes that a worker of a slot did not become ready: the old ones go on.
func (p *plan) failed(s *slot, why string) {
	s.failures++
	s.last = why
	s.notBefore = p.now.Add(backoff(s.failures))
	p.fallBack(s, why)
}

// fallBack ends a restart that has failed and takes back what it has not replaced yet.
func (p *plan) fallBack(s *slot, why string) {
	if !p.restart.underWay() {
		p.takeBack(s)
		return
	}
	p.endRestart(errors.New(why))
	p.at = nil
	for _, s := range p.slots {
		p.takeBack(s)
	}
}

// takeBack lets the newest old worker of a slot go on that a restart was to replace, unless
// there is or comes another.
func (p *plan) takeBack(s *slot) {
	if s.fresh() != nil || s.surplus {
		return
	}
	var back *process
	for _, w := range s.olds() {
		can := w.phase == working || w.phase == quieted && w.manner.Resume > 0
		if can && w.retire == reasonRestart && (back == nil || w.generation > back.generation) {
			back = w
		}
	}
	if back == nil {
		return
	}
	quiet := back.phase == quieted
	back.phase, back.retire = working, ""
	if quiet {
		p.tell(back, "the restart has failed")
	}
}

// unstarted notes that a worker could not be started at all.
func (p *plan) unstarted(s *slot, err error, now time.Time) {
	p.now = now
	p.failed(s, err.Error())
}

// await is for a worker that is not ready yet: it may become so by having lived, or has
// had its time. One that another supervisor started may have said that it is ready while
// nobody listened.
func (p *plan) await(s *slot, w *process) {
	c := p.cfg
	lived := p.now.Sub(w.started)
	switch {
	case c.Worker.Ready.Alive > 0 && lived >= c.Worker.Ready.Alive:
		p.becameReady(w)
	case lived < c.Restart.ReadyTimeout:
	case w.adopted && !w.habits().tells:
		p.becameReady(w)
	default:
		w.retire, w.unready = "not ready", !w.adopted
		p.end(w, w.retire)
		w.blame = fmt.Sprintf("it was not ready within %v", c.Restart.ReadyTimeout)
		if w.note != "" {
			w.blame += ", " + w.note
		}
		p.failed(s, strings.TrimSuffix(w.title(), "; "))
	}
}

// becameReady: it works, and the ones before it may go.
func (p *plan) becameReady(w *process) {
	w.phase, w.readyAt = working, p.now
	if p.restart.underWay() && w.generation == p.restart.generation {
		p.restart.proven, p.restart.trial = true, nil
	}
}

// backoff is how long a slot waits after its n-th failure in a row: 1.5^n s, at most 30 s.
func backoff(n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return min(30*time.Second, time.Duration(math.Pow(1.5, float64(min(n, 20)))*float64(time.Second)))
}
