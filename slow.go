package tasuki

import "log/slog"

// tellSlow names the item or step of a run that takes longer than a stop may: at a
// deploy it would be cut off and done again. Each run is named once.
func (w *Worker) tellSlow(r *run) {
	r.mu.Lock()
	took, in := r.slowest(r.clock())
	tell := in != nil && !r.slow && took >= w.cfg.Timeout-w.cfg.LastCall
	r.slow = r.slow || tell
	r.mu.Unlock()
	if !tell {
		return
	}
	attrs := append(logAttrs(r), slog.String("where", in.path))
	if in.item != nil {
		attrs = append(attrs, slog.String("item", string(in.item)))
	}
	w.log.Warn("an item or step takes longer than a stop may; at a deploy it would be cut off and done again", append(attrs,
		slog.Duration("takes", took), slog.Duration("timeout", w.cfg.Timeout), slog.Duration("last_call", w.cfg.LastCall),
		slog.String("hint", "make items smaller, let the handler look at Stopping, or raise -t and the platform's grace"))...)
}
