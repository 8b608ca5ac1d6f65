package supervise

import (
	"slices"
	"time"
)

// mayStop: nobody busy is told to stop who could have been quiet until it was idle.
func (m *model) mayStop(x *sim) {
	drained := m.cfg.Restart.Drain > 0 && m.now.Sub(x.quietAt) >= m.cfg.Restart.Drain
	if !x.busy || m.cfg.Worker.Quiet <= 0 || m.p.stops() || drained || x.w.unready || !x.told() {
		return
	}
	m.fail("worker %s is told to stop while it is busy", x.id)
}

// told says whether a worker was ever heard.
func (x *sim) told() bool { return x.w.report.Busy >= 0 }

// mayKill: nobody is killed whose time is not over.
func (m *model) mayKill(x *sim) {
	limit := m.cfg.Timeout
	if m.cfg.Worker.Quiet <= 0 && !m.p.stops() {
		limit += m.cfg.Restart.Drain
	}
	since := x.stopAt
	if m.p.stops() {
		since = m.p.stopAt
	}
	if x.w.unready && !x.busy {
		return
	}
	if m.cfg.Timeout == 0 || !x.stopped || m.now.Sub(since) < limit {
		m.fail("worker %s is killed after %v, it has %v", x.id, m.now.Sub(since), limit)
	}
}

// pass lets time pass, in which processes go on.
func (m *model) pass(d time.Duration) {
	for end := m.now.Add(d); m.now.Before(end); {
		m.now = m.now.Add(time.Second)
		for _, x := range slices.Clone(m.sims) {
			m.live(x)
		}
		m.settle()
	}
}

// live is a second of a process's life.
func (m *model) live(x *sim) {
	booted := x.bad == good && !m.now.Before(x.boots)
	switch {
	case x.stopped && !x.busy && !x.deaf:
		m.end(x, exit{})
		return
	case x.bad == dies && !m.now.Before(x.boots):
		m.end(x, exit{Code: 1})
		return
	case x.bad == misconfigured && !m.now.Before(x.boots):
		m.end(x, exit{Code: exitConfig})
		return
	case !booted:
		return
	}
	m.tell(x)
}

// tell is what a worker of its kind says of itself each second.
func (m *model) tell(x *sim) {
	busy := 0
	if x.busy {
		busy = 1
	}
	switch m.cfg.Worker.Kind {
	case Tasuki:
		state := "working"
		if x.quiet {
			state = "quiet"
		}
		if x.stopped {
			state = "stopping"
		}
		m.p.told(x.w, report{Ready: true, State: state, Busy: busy}, m.now)
	case Sidekiq:
		if m.now.Sub(x.titleAt) >= 5*time.Second {
			x.title, x.titleAt, x.calmed = busy, m.now, x.quiet
			if x.slipped {
				x.title, x.slipped = 0, false
			}
		}
		if !x.w.report.Ready {
			r := x.w.report
			r.Ready = true
			m.p.told(x.w, r, m.now)
		}
		if x.title >= 0 {
			m.p.titled(x.w, x.title, x.calmed, m.now)
		}
	}
}
