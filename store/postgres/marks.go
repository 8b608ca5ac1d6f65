package postgres

import (
	"sync"
	"time"
)

// marks are where claims begin to read in their lanes. As long as some transaction is
// open the rows of jobs that are gone cannot go either, and a claim that reads a
// lane from its beginning reads them all. So after a slow claim the next ones begin
// where it found its jobs, for ten times as long as it took; then one reads
// everything again, for what came in front meanwhile.
type marks struct {
	mu    sync.Mutex // owns what follows
	at    map[int32]place
	until time.Time
}

// slowClaim is from when on a claim is worth avoiding.
const slowClaim = 10 * time.Millisecond

// A markList are marks as claim takes them.
type markList struct {
	lanes      []int32
	priorities []int32
	ords, seqs []int64
}

// use answers the marks that hold at a time.
func (m *marks) use(now time.Time) markList {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := markList{lanes: []int32{}, priorities: []int32{}, ords: []int64{}, seqs: []int64{}}
	if !now.Before(m.until) {
		m.at = nil
	}
	for lane, p := range m.at {
		list.lanes = append(list.lanes, lane)
		list.priorities = append(list.priorities, p.priority)
		list.ords = append(list.ords, p.ord)
		list.seqs = append(list.seqs, p.seq)
	}
	return list
}

// note sees how a claim went.
func (m *marks) note(c *claiming, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	full := !now.Before(m.until) || m.at == nil
	switch {
	case full && took < slowClaim:
		return
	case full:
		m.at, m.until = map[int32]place{}, now.Add(10*took)
	case len(c.taken) < c.req.Max: // there may be some in front
		m.at = nil
		return
	}
	for i := range c.taken {
		j := &c.taken[i].Job
		if p := placeOf(j); m.at[j.Lane].compare(p) < 0 || m.at[j.Lane] == (place{}) {
			m.at[j.Lane] = p
		}
	}
}
