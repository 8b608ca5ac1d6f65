package supervise

import (
	"slices"
	"time"
)

// supervisorDies has another plan take over, after any part of what this one decided was
// done, with other numbers of slots at times.
func (m *model) supervisorDies() {
	m.somethingHappens()
	orders, _ := m.p.decide(m.now)
	st := stateOf(m.p)
	untold := map[*sim]bool{}
	records := m.records()
	if len(orders) > 0 {
		cut := m.chance.IntN(len(orders) + 1)
		for _, o := range orders[:cut] {
			m.carry(o)
		}
		records = m.records()
		if cut < len(orders) && orders[cut].do == "signal" {
			untold[m.of(orders[cut].of)] = true // written down, and not sent
		}
		for _, o := range orders[min(cut+1, len(orders)):] {
			m.unwritten(o, records)
		}
	}
	if m.chance.IntN(3) == 0 {
		m.cfg.Workers = 1 + m.chance.IntN(4)
	}
	m.note("the supervisor dies; %d workers from now on", m.cfg.Workers)
	m.failed = nil
	was := m.p
	m.p = newPlan(&m.cfg)
	m.p.room = m.room
	for _, x := range m.sims {
		rec, ok := records[x]
		if !ok {
			continue
		}
		*x.w = rec
		x.w.slot = m.slotOf(rec.slot.number)
		if m.chance.IntN(10) == 0 { // its record was damaged
			x.w.phase, x.w.retire, x.w.unready, x.w.report, x.w.started = starting, "", false, report{Busy: -1}, m.now
			untold[x] = false
		}
		m.p.takenOver(x.w, untold[x], m.now)
	}
	re := was.restart
	if re != nil {
		copied := *re
		re, copied.trial = &copied, nil
	}
	m.limit()
	m.p.resume(re, st.Generation, m.now)
}

// somethingHappens asks for orders, so that there is something to be cut short.
func (m *model) somethingHappens() {
	switch m.chance.IntN(3) {
	case 0:
		m.begun++
		m.note("restart, and")
		m.p.begin(m.now, m.chance.IntN(4) == 0)
	case 1:
		m.now = m.now.Add(time.Duration(1+m.chance.IntN(70)) * time.Second)
		for _, x := range slices.Clone(m.sims) {
			m.live(x)
		}
	}
}

// records are what is written down of the workers that live.
func (m *model) records() map[*sim]process {
	all := map[*sim]process{}
	for _, x := range m.sims {
		rec := *x.w
		rec.idleAt, rec.reported = time.Time{}, time.Time{}
		all[x] = rec
	}
	return all
}

// unwritten: of an order that was never begun nothing is written down.
func (m *model) unwritten(o order, records map[*sim]process) {
	if o.of == nil {
		return
	}
	x := m.of(o.of)
	rec := records[x]
	switch {
	case x.stopped:
		return
	case o.signal == m.cfg.Worker.Resume:
		rec.phase, rec.retire = quieted, reasonRestart
	case x.quiet:
		rec.phase = quieted
	case m.now.Before(x.boots):
		rec.phase, rec.unready = starting, false
	default:
		rec.phase = working
	}
	records[x] = rec
}

func (m *model) slotOf(n int) *slot {
	for _, s := range m.p.slots {
		if s.number == n {
			return s
		}
	}
	s := &slot{number: n, surplus: true}
	m.p.slots = append(m.p.slots, s)
	return s
}
