package chain

import (
	"cmp"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// choose finds among the programs that a script starts the worker: the first that the
// shell gets in the way of, or else the first; if there is none, the last program counts.
func (t *tour) choose() run {
	shell := judge{t.f, t.trap}
	var best *run
	last := run{chain: &Chain{Env: map[string]deploy.Text{}}, offset: -1}
	for _, s := range t.children.stops {
		trap, luck := shell.does(s)
		r := run{chain: s.chain, trap: trap, luck: luck, at: s.at, lead: s.lead, next: s.next, more: !s.last || s.again, offset: s.offset}
		last = r
		if r.chain.Worker != nil && (best == nil || r.worse(best)) {
			best = &r
		}
	}
	if best == nil {
		last.trap = None
		last.chain = t.children.unfollowed(last.chain, t.open)
		return last
	}
	return *best
}

// unfollowed is the last program that a script starts, with why another one could not be
// followed that may have been the worker; open is why a part of the script itself was not.
func (c *children) unfollowed(last *Chain, open string) *Chain {
	found := *last
	for i := len(c.stops) - 1; i >= 0 && found.Open == ""; i-- {
		found.Open = c.stops[i].chain.Open
	}
	found.Open = cmp.Or(found.Open, open)
	return &found
}

// worse says whether it is the more telling one of two workers that a script starts.
func (r *run) worse(best *run) bool { return r.severity() > best.severity() }

func (r *run) severity() int {
	_, inner := r.chain.Trapped()
	switch {
	case r.trap != None && !r.luck:
		return 3
	case inner != nil && !inner.Luck:
		return 2
	case r.trap != None || inner != nil:
		return 1
	}
	return 0
}
