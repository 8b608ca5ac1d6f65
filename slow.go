package tasuki

import (
	"log/slog"
	"time"
)

// slow names the items and steps that take longer than a stop may: at a deploy
// they would be cut off and done again. Each run is named once.
func (b *beater) slow() {
	for _, r := range b.w.desk.active() {
		took, where := r.inHand()
		if r.slow || took < b.w.cfg.Timeout-b.w.cfg.LastCall {
			continue
		}
		r.slow = true
		b.w.log.Warn("an item or step takes longer than a stop may; at a deploy it would be cut off and done again", append(logAttrs(r),
			slog.String("cursor", where), slog.Duration("takes", took), slog.Duration("timeout", b.w.cfg.Timeout), slog.Duration("last_call", b.w.cfg.LastCall),
			slog.String("hint", "make items smaller, let the handler look at Stopping, or raise -t and the platform's grace"))...)
	}
}

// inHand is the longest that an item or step took, the one in hand among them, and
// where the job is; 0 for a job that has neither.
func (r *run) inHand() (time.Duration, string) {
	r.mu.Lock()
	parts, since, longest := r.parts, r.stepped, r.longest
	r.mu.Unlock()
	if !parts {
		return 0, ""
	}
	if since.IsZero() {
		since = r.started
	}
	return max(time.Since(since), longest), r.whereabouts()
}
