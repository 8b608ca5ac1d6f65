package postgres

import (
	"sync"
	"time"
)

// marks are where claims begin to read in their lanes. As long as some transaction is
// open the rows of jobs that are gone cannot go either, and a claim that reads a
// lane from its beginning reads them all. So behind a slow claim the next ones
// begin where it found its jobs, for ten times as long as the last one took, a
// second at most; then one reads everything again, for what came in front meanwhile. A claim that
// finds too few behind its marks reads everything at once.
type marks struct {
	slow time.Duration // slowClaim

	mu    sync.Mutex // owns what follows
	at    map[int64]place
	until time.Time
}

const (
	// slowClaim is from when on a claim is worth avoiding.
	slowClaim = 5 * time.Millisecond
	// markLimit is how long what came in front may be left there: a claim also takes long
	// where the line or the pool was busy.
	markLimit = time.Second
)

// A markList are marks as claim takes them.
type markList struct {
	lanes      []int32
	priorities []int32
	ords, seqs []int64
}

// noMarks are empty lists, which are not NULL.
func noMarks() markList {
	return markList{lanes: []int32{}, priorities: []int32{}, ords: []int64{}, seqs: []int64{}}
}

// use answers the marks that hold at a time.
func (m *marks) use(now time.Time) markList {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := noMarks()
	if !now.Before(m.until) {
		m.at = nil
	}
	for lane, p := range m.at {
		list.lanes = append(list.lanes, int32(lane))
		list.priorities = append(list.priorities, int32(p.priority))
		list.ords = append(list.ords, p.ord)
		list.seqs = append(list.seqs, p.seq)
	}
	return list
}

// forget lets the next claim read everything.
func (m *marks) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = nil
}

// note sees how a claim went; full says that it read everything.
func (m *marks) note(c *claiming, full bool, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if full {
		if took < m.slow || len(c.taken) < c.req.Max {
			m.at = nil
			return
		}
		m.at, m.until = map[int64]place{}, time.Now().Add(min(10*took, markLimit))
	}
	if m.at == nil {
		return // another claim read everything meanwhile
	}
	for i := range c.taken {
		j := &c.taken[i].Job
		if at, ok := m.at[j.Lane]; !ok || at.compare(placeOf(j)) < 0 {
			m.at[j.Lane] = placeOf(j)
		}
	}
}
