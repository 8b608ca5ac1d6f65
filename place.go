package tasuki

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
)

// A place is where in a job a context stands: in the handler itself, in an item of
// a loop, in a step. Loops and steps that begin under that context are recorded
// there.
type place struct {
	run  *run
	path string          // for people: "lines", "lines/charge"
	kept keeper          // what is recorded here
	held *store.Held     // what Commit under this context commits
	item json.RawMessage // for an item: its cursor

	above *place // what it stands in; nil: it is the job itself

	// Guarded by run.mu.
	refused bool // something in it was refused
	over    bool // its function has returned
	part         // for the run's list of what is in hand
}

// A keeper has the scope of a place. It is asked with run.mu held.
type keeper interface{ scope() *scope }

func (p *place) open() *scope { return p.kept.scope() }

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
	if err := r.load(); err != nil {
		return nil, err
	}
	return &place{run: r, kept: r, held: r.held}, nil
}

// scope is that of the job itself.
func (r *run) scope() *scope { return r.root }

// load reads what lies behind the job, once. Called with mu held.
func (r *run) load() error {
	if r.root != nil {
		return nil
	}
	root, err := decodeState(r.rec.Cursor)
	if err != nil {
		return fmt.Errorf("kind %q: %w", r.rec.Kind, err)
	}
	r.root = root
	return nil
}

// enter is ctx inside of something that is recorded at p under a name.
func (p *place) enter(ctx context.Context, name string, kept keeper) (context.Context, *place) {
	in := &place{run: p.run, path: p.below(name), kept: kept, held: p.held.Within(), above: p}
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

// wasRefused is the refusal of something that stands in p, if there was one: then p
// is not done, whatever its function made of it.
func (p *place) wasRefused() error {
	p.run.mu.Lock()
	defer p.run.mu.Unlock()
	if p.refused {
		return p.run.refusal()
	}
	return nil
}

// named refuses what cannot begin here: a name that no store keeps as it is or that
// was begun before, anything in an item that is committed or over. Called with run.mu
// held.
func (p *place) named(what, name string) error {
	if !validName(name) {
		return fmt.Errorf("kind %q: the name of %s %.40q must be at most %d bytes of UTF-8 without control characters (hint: what is done is found by the name; number what has no good one)", p.run.rec.Kind, what, name, store.MaxName)
	}
	if err := p.lasts(); err != nil {
		return fmt.Errorf("kind %q: %s %q: %w", p.run.rec.Kind, what, name, err)
	}
	if !p.open().begin(what, name) {
		return fmt.Errorf("kind %q: a second %s named %q in one run (hint: names are what a job's state is found by; give each its own)", p.run.rec.Kind, what, name)
	}
	return nil
}

// lasts says why nothing can begin at p any more, if that is so. Called with run.mu
// held.
func (p *place) lasts() error {
	if err := p.keeps(); err != nil {
		return err
	}
	if p.held.Busy() {
		return errBusy
	}
	return nil
}

// keeps says why nothing more can be recorded at p, if that is so. Called with run.mu
// held.
func (p *place) keeps() error {
	switch {
	case p.run.gone.Load():
		return errEnded
	case p.over:
		return errOver
	case !p.held.Spent():
		return nil
	case !p.held.Committed():
		return errDoubt
	}
	return errSpent
}

var (
	errBusy  = fmt.Errorf("it begins inside of a Commit, and would wait for its end: %w (hint: end the transaction first)", store.ErrNoItem)
	errSpent = fmt.Errorf("it comes behind the Commit that ended its item: %w (hint: a Commit must be the last thing that an item does)", store.ErrNoItem)
)

// validName says whether a name is one that comes back from the store as it was.
func validName(name string) bool {
	return len(name) <= store.MaxName && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
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
