package supervise

import (
	"errors"
	"fmt"
	"time"
)

// Why there is no room for a slot's new worker beside the old one.
var (
	errMemory      = errors.New("too little memory")
	errSurge       = errors.New("too many workers live")
	errGenerations = errors.New("too many workers of the slot live")
)

// crowded says why a slot's new worker cannot live beside the old one.
func (p *plan) crowded(s *slot) error {
	r := p.cfg.Restart
	if living := p.crowd(); living >= p.cfg.Workers+r.Surge {
		return fmt.Errorf("%w: %d, at most %d may, and old ones still have jobs", errSurge, living, p.cfg.Workers+r.Surge)
	}
	if len(s.living) >= r.Generations {
		return fmt.Errorf("%w: %d of slot %s, at most %d", errGenerations, len(s.living), s.name(), r.Generations)
	}
	return p.room()
}

// goFirst lets a slot's old workers end before there is a new one, and says whether the
// next slot has its turn meanwhile. As long as nothing has shown that the new version
// works, one slot has to do so and the others work on.
func (p *plan) goFirst(s *slot) bool {
	r := p.restart
	if !r.underWay() {
		p.retireAll(s)
		return false
	}
	if !r.proven && r.trial == nil {
		r.trial = s
	}
	if p.held(s) {
		p.waits = "no new worker is ready yet"
		return false
	}
	since := p.now
	for _, old := range s.olds() {
		p.retire(old)
		for _, at := range []time.Time{old.quietAt, old.stopAt} {
			if !at.IsZero() && at.Before(since) {
				since = at
			}
		}
	}
	return p.now.Sub(since) >= patience
}

// held says whether old workers of a slot do not end yet because another slot tries the
// new version.
func (p *plan) held(s *slot) bool {
	r := p.restart
	return r.underWay() && !r.proven && r.trial != nil && r.trial != s
}
