package tasuki

import "strings"

// An origin is where a panic, or a Goexit, came from: the innermost loop or step that
// did not run to its end.
type origin struct{ path, text string }

// unlessWhole notes the origin, deferred in a loop or a step. One inside of it that
// was noted before is the better one, until all runs to its end: then that panic was
// recovered.
func (r *run) unlessWhole(whole *bool, path string, where func() string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	within := r.where != nil && (r.where.path == path || strings.HasPrefix(r.where.path, path+"/"))
	switch {
	case *whole && within:
		r.where = nil
	case !*whole && !within:
		r.where = &origin{path, where()}
	}
}

// whence is where the panic that ended the handler came from; empty: from none of its
// loops and steps.
func (r *run) whence() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.where == nil {
		return ""
	}
	return r.where.text
}
