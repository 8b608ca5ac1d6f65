package tasuki

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

// A place is where in a job a context stands: in the handler itself, in an item of
// a loop, in a step. Loops and steps that begin under that context are recorded
// there.
type place struct {
	run  *run
	path string        // for people: "lines", "lines/charge"
	open func() *scope // what is recorded here; called with run.mu held
	held *store.Held   // what Commit under this context commits

	above   *place // what it stands in; nil: it is the job itself
	refused bool   // something in it was refused; guarded by run.mu
}

type placeKey struct{}

// placeOf is where ctx stands; ErrNoJob outside of a job.
func placeOf(ctx context.Context, doing string) (*place, error) {
	if p, ok := ctx.Value(placeKey{}).(*place); ok {
		return p, nil
	}
	r := runFrom(ctx)
	if r == nil {
		return nil, fmt.Errorf("%s: %w", doing, ErrNoJob)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.root == nil {
		root, err := decodeState(r.rec.Cursor)
		if err != nil {
			return nil, fmt.Errorf("kind %q: %w", r.rec.Kind, err)
		}
		r.root = root
	}
	return &place{run: r, open: func() *scope { return r.root }, held: r.held}, nil
}

// enter is ctx inside of something that is recorded at p under a name.
func (p *place) enter(ctx context.Context, name string, inside func() *scope) (context.Context, *place) {
	in := &place{run: p.run, path: p.below(name), open: inside, held: p.held.Within(), above: p}
	return in.under(ctx), in
}

func (p *place) under(ctx context.Context) context.Context {
	return store.WithHeld(context.WithValue(ctx, placeKey{}, p), p.held)
}

// within says whether p is q or stands in it.
func (p *place) within(q *place) bool {
	for ; p != nil; p = p.above {
		if p == q {
			return true
		}
	}
	return false
}

// wasRefused says whether the runtime refused something that stands in p: then p is
// not done, whatever its function made of it.
func (p *place) wasRefused() bool {
	p.run.mu.Lock()
	defer p.run.mu.Unlock()
	return p.refused
}

// unlessWhole notes where a panic, or a Goexit, came from: what it is deferred in
// did not run to its end. The innermost place counts.
func (r *run) unlessWhole(whole *bool, where func() string) {
	if !*whole && r.where == "" {
		r.where = where()
	}
}

// named refuses what cannot begin here: a name that is empty or was begun before,
// anything in an item that is committed already. Called with run.mu held.
func (p *place) named(what, name string) error {
	switch {
	case len(name) > store.MaxName:
		return fmt.Errorf("kind %q: the name of %s %.40q… is over %d bytes", p.run.rec.Kind, what, name, store.MaxName)
	case p.held.Busy():
		return fmt.Errorf("kind %q: %s %q begins inside of a Commit, and would wait for its end: %w (hint: end the transaction first)", p.run.rec.Kind, what, name, store.ErrNoItem)
	case p.held.Spent():
		return fmt.Errorf("kind %q: %s %q begins behind the Commit that ended its item: %w", p.run.rec.Kind, what, name, store.ErrNoItem)
	case !p.open().begin(what, name):
		return fmt.Errorf("kind %q: a second %s named %q in one run (hint: names are what a job's state is found by; give each its own)", p.run.rec.Kind, what, name)
	}
	p.run.parts = true
	return nil
}

// below is the path of something with a name at p.
func (p *place) below(name string) string {
	if p.path == "" {
		return name
	}
	return p.path + "/" + name
}

func noName(what string) error {
	return fmt.Errorf("%s without a name (hint: its state is found by its name; give it one)", what)
}
