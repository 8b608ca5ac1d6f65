package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	knownWorkerSQL = text("beat_worker")
	newWorkerSQL   = text("beat_new")
	beatSQL        = text("beat")
	claimsSQL      = text("beat_claims")
	ordersSQL      = text("beat_orders")
	confirmSQL     = text("beat_confirm")
	returnSQL      = text("beat_return")
)

// Beat says that a worker lives; see [store.Consumer]. If the file is not the
// one that was opened any more it answers store.ErrGone.
func (s *Store) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	if err := s.file.check(); err != nil {
		return store.BeatReply{}, fmt.Errorf("beat: %w", err)
	}
	b := beating{store: s, req: &req}
	if err := s.writeLazy(ctx, "beat", func(tx session) error { return b.run(ctx, tx) }); err != nil {
		return store.BeatReply{}, err
	}
	if b.reply.Returned > 0 {
		s.stir()
	}
	return b.reply, nil
}

// beating is one Beat under way.
type beating struct {
	store  *Store
	req    *store.BeatRequest
	mover  mover
	tx     session
	worker int64
	last   uint64 // the number before
	reply  store.BeatReply
}

func (b *beating) run(ctx context.Context, tx session) error {
	b.tx, b.reply = tx, store.BeatReply{}
	b.mover = mover{tx: tx, now: b.store.now()}
	if err := b.describe(ctx); err != nil || b.reply.Stale {
		return err
	}
	if err := b.judge(ctx); err != nil {
		return err
	}
	return b.orders(ctx)
}

// describe stores what the worker says of itself, unless it said it late.
func (b *beating) describe(ctx context.Context) error {
	w := &b.req.Worker
	var beat, started any
	rows, err := b.tx.query(ctx, knownWorkerSQL, w.Name)
	err = one(rows, err, &b.worker, &beat, &started)
	if err == errNoRow {
		info, err := workerJSON(*w, b.mover.now, b.mover.now)
		if err != nil {
			return err
		}
		rows, err := b.tx.query(ctx, newWorkerSQL, w.Name, int64(w.Beat), b.mover.now, info)
		return one(rows, err, &b.worker)
	}
	if err != nil {
		return err
	}
	last, known := asInteger(beat)
	if b.last = uint64(last); w.Beat <= b.last && known {
		b.reply.Stale = true
		return nil
	}
	since, _ := asTime(started)
	info, err := workerJSON(*w, since, b.mover.now)
	if err == nil {
		_, err = b.tx.exec(ctx, beatSQL, b.worker, int64(w.Beat), b.mover.now, info)
	}
	return err
}

// workerJSON is a worker as it is stored.
func workerJSON(w store.Worker, started, beaten int64) (string, error) {
	w.StartedAt, w.BeatAt = sqlstore.Time(started), sqlstore.Time(beaten)
	info, err := json.Marshal(w)
	return string(info), err
}

// A heldClaim is a claim as the store has it.
type heldClaim struct {
	seq        int64
	token      any // as it is stored
	beat       uint64
	cancelling bool
}

// judge tells which of the named claims are lost and which shall be cancelled,
// and puts back those that nobody names and that are older than the last beat.
func (b *beating) judge(ctx context.Context) error {
	held, err := b.held(ctx)
	if err != nil {
		return err
	}
	named := make(map[string]bool, len(b.req.Claims))
	for _, c := range b.req.Claims {
		switch h, ok := held[c.ID]; {
		case !ok || h.token != any(int64(c.Token)):
			b.reply.Lost = append(b.reply.Lost, c)
		case h.cancelling:
			b.reply.Cancelled = append(b.reply.Cancelled, c)
			named[c.ID] = true
		default:
			named[c.ID] = true
		}
	}
	for id, h := range held {
		if named[id] || h.beat >= b.last {
			continue
		}
		if err := b.putBack(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (b *beating) held(ctx context.Context) (map[string]heldClaim, error) {
	held := map[string]heldClaim{}
	rows, err := b.tx.query(ctx, claimsSQL, b.worker)
	err = each(rows, err, func(r *sql.Rows) error {
		var h heldClaim
		var stored, beat, cancelling any
		if err := r.Scan(&h.seq, &stored, &h.token, &beat, &cancelling); err != nil {
			return err
		}
		job, ok := asID(stored)
		if !ok {
			job = unreadable(h.seq)
		}
		made, _ := asInteger(beat)
		cancel, _ := asInteger(cancelling)
		h.beat, h.cancelling = uint64(made), cancel != 0
		held[job] = h
		return nil
	})
	return held, err
}

// putBack returns a claim whose reply was lost to its old place.
func (b *beating) putBack(ctx context.Context, h heldClaim) error {
	r, err := changeableShape.one(b.tx.query(ctx, returnSQL, b.worker, asStored(h.token), h.seq))
	if err != nil {
		if err == errNoRow {
			err = nil
		}
		return err
	}
	b.reply.Returned++
	if err := b.mover.lift(ctx, r); err != nil {
		return err
	}
	r.PutBack(b.mover.now)
	return b.mover.put(ctx, r)
}

// orders brings the orders that the worker has not confirmed.
func (b *beating) orders(ctx context.Context) error {
	if _, err := b.tx.exec(ctx, confirmSQL, b.worker, int64(b.req.OrdersSeen)); err != nil {
		return err
	}
	rows, err := b.tx.query(ctx, ordersSQL, b.worker)
	return each(rows, err, func(r *sql.Rows) error {
		var o store.Order
		err := r.Scan(&o.N, &o.What)
		b.reply.Orders = append(b.reply.Orders, o)
		return err
	})
}
