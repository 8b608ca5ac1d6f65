package postgres

import (
	"context"
	"fmt"

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
	back  []int64 // seqs of claims that nobody names
	reply store.BeatReply
}

func (b *beating) run(ctx context.Context) error {
	w := b.req.Worker
	b.info = sqlstore.JSON(&w)
	if err := b.beat(ctx); err != nil {
		return err
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
	if b.reply.Stale = !b.beats; b.reply.Stale || len(b.back) == 0 {
		return nil
	}
	return b.putBack(ctx)
}

func (b *beating) beat(ctx context.Context) error {
	b.back, b.reply = nil, store.BeatReply{}
	ids, tokens := make([]string, len(b.req.Claims)), make([]int64, len(b.req.Claims))
	for i, c := range b.req.Claims {
		ids[i], tokens[i] = c.ID, int64(c.Token)
	}
	return b.store.once(ctx, "beat", &call{query: beatSQL, row: b.read,
		args: []any{b.req.Worker.Name, int64(b.req.Worker.Beat), b.info, ids, tokens, int64(b.req.OrdersSeen)}})
}

func (b *beating) read(r scanner) error {
	var what, text string
	var n int64
	if err := r.Scan(&what, &n, &text); err != nil {
		return err
	}
	switch what {
	case "known":
		b.known = true
	case "beats":
		b.beats = true
	case "lost":
		b.reply.Lost = append(b.reply.Lost, b.req.Claims[n-1])
	case "cancel":
		b.reply.Cancelled = append(b.reply.Cancelled, b.req.Claims[n-1])
	case "back":
		b.back = append(b.back, n)
	case "order":
		b.reply.Orders = append(b.reply.Orders, store.Order{N: uint64(n), What: store.OrderKind(text)})
	default:
		return fmt.Errorf("beat answers %q", what)
	}
	return nil
}

// putBack returns claims whose replies were lost to their old places.
func (b *beating) putBack(ctx context.Context) error {
	var queues []string
	err := b.store.write(ctx, "beat", func(t *tx) error {
		var c changes
		queues = nil
		err := t.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&c.now) }},
			&call{query: beatBackSQL, args: []any{b.req.Worker.Name, b.back}, row: func(r scanner) error {
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
