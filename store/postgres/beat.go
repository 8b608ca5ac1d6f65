package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	beatSQL     = named("beat")
	beatNewSQL  = named("beat_new")
	beatBackSQL = named("beat_back")
)

// Beat says that a worker lives; see [store.Consumer]. It is one statement, unless
// the worker is new or there are claims to put back.
func (s *Store) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	b := beating{store: s, req: &req}
	if err := b.run(ctx); err != nil {
		return store.BeatReply{}, err
	}
	return b.reply, nil
}

// beating is one Beat under way.
type beating struct {
	store *Store
	req   *store.BeatRequest
	info  string
	known bool
	beats bool
	was   int64                // the number before
	held  map[store.Claim]bool // named claims that it holds, or not
	back  []int64              // seqs of claims that nobody names
	reply store.BeatReply
}

func (b *beating) run(ctx context.Context) error {
	w := b.req.Worker
	w.StartedAt, w.BeatAt = time.Time{}, time.Time{} // these are columns
	b.info = sqlstore.JSON(&w)
	if err := b.beat(ctx); err != nil {
		return err
	}
	if b.known && !b.beats && b.was < int64(w.Beat) { // it was released meanwhile
		if err := b.beat(ctx); err != nil {
			return err
		}
	}
	if !b.known {
		fresh := &call{query: beatNewSQL, args: []any{w.Name, b.info}}
		if err := b.store.once(ctx, "beat", fresh); err != nil {
			return err
		}
		if err := b.beat(ctx); err != nil {
			return err
		}
	}
	if b.reply.Stale = !b.beats; b.reply.Stale {
		return nil
	}
	b.lost()
	if len(b.back) == 0 {
		return nil
	}
	return b.putBack(ctx)
}

func (b *beating) beat(ctx context.Context) error {
	b.known, b.beats, b.back, b.reply = false, false, nil, store.BeatReply{}
	b.held = make(map[store.Claim]bool, len(b.req.Claims))
	for _, c := range b.req.Claims {
		b.held[c] = false
	}
	return b.store.once(ctx, "beat", &call{query: beatSQL, row: b.read,
		args: []any{b.req.Worker.Name, int64(b.req.Worker.Beat), b.info, int64(b.req.OrdersSeen)}})
}

func (b *beating) read(r scanner) error {
	var what, text string
	var n, token int64
	var old, cancelling bool
	if err := r.Scan(&what, &n, &text, &token, &old, &cancelling); err != nil {
		return err
	}
	switch what {
	case "known":
		b.known, b.was = true, n
	case "beats":
		b.beats = true
	case "held":
		b.holds(store.Claim{ID: text, Token: store.Token(token)}, n, old, cancelling)
	case "order":
		b.reply.Orders = append(b.reply.Orders, store.Order{N: uint64(n), What: store.OrderKind(text)})
	default:
		return fmt.Errorf("beat answers %q", what)
	}
	return nil
}

// holds compares one claim of the worker with those that it names.
func (b *beating) holds(c store.Claim, seq int64, old, cancelling bool) {
	_, named := b.held[c]
	switch {
	case named:
		b.held[c] = true
		if cancelling {
			b.reply.Cancelled = append(b.reply.Cancelled, c)
		}
	case old:
		b.back = append(b.back, seq)
	}
}

// lost are the named claims that the worker does not hold.
func (b *beating) lost() {
	for _, c := range b.req.Claims {
		if !b.held[c] {
			b.reply.Lost = append(b.reply.Lost, c)
		}
	}
}

// putBack returns claims whose replies were lost to their old places.
func (b *beating) putBack(ctx context.Context) error {
	var queues []string
	err := b.store.write(ctx, "beat", func(t *tx) error {
		var c changes
		queues = nil
		err := t.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&c.now) }},
			&call{query: beatBackSQL, args: []any{b.req.Worker.Name, b.back, b.was}, row: func(r scanner) error {
				j, err := readJob(r)
				if err == nil {
					j.PutBack(c.now)
					c.put(j)
					queues = append(queues, j.Queue)
				}
				return err
			}})
		if err != nil {
			return err
		}
		return t.finish(ctx, c.calls()...)
	})
	b.reply.Returned = len(queues)
	b.store.bell.ring(queues...)
	return err
}
