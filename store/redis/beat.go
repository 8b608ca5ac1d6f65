package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// Beat says that a worker lives; see [store.Consumer].
func (s *Store) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	info, err := json.Marshal(req.Worker)
	if err != nil {
		return store.BeatReply{}, fmt.Errorf("beat: %w", err)
	}
	name := req.Worker.Name
	args := append(s.clock()[:2], name, hex(req.Worker.Beat), string(info),
		strconv.FormatUint(req.OrdersSeen, 10), strconv.Itoa(len(req.Claims)))
	for _, c := range req.Claims {
		args = append(args, c.Token.String(), c.ID)
	}
	keys := []string{s.keys.worker(name), s.keys.claims(name), s.keys.saves(name), s.keys.orders(name), signalsKey(name), s.keys.orderSeq()}
	sent := time.Now()
	msg, err := s.run(ctx, beatScript, keys, args)
	took := time.Since(sent)
	if err != nil {
		return store.BeatReply{}, fmt.Errorf("beat: %w", err)
	}
	if msg.IsInt64() {
		return store.BeatReply{Stale: true}, nil
	}
	reply, unnamed, err := readBeat(&msg, req.Claims)
	if err == nil && len(unnamed) > 0 {
		reply.Returned, err = s.returnUnnamed(ctx, name, unnamed)
	}
	if err != nil {
		return store.BeatReply{}, fmt.Errorf("beat: %w", err)
	}
	for _, c := range reply.Lost {
		s.held.drop(name, c.Token)
	}
	for _, c := range reply.Cancelled {
		s.held.stateful(name, c.Token) // whatever becomes of it, the note is taken out
	}
	s.meet(ctx)
	s.show(ctx, &req, took)
	s.share(ctx, &req.Worker)
	return reply, nil
}

// readBeat reads what the script answers. unnamed are tokens and values of claims.
func readBeat(msg *rueidis.RedisMessage, claims []store.Claim) (reply store.BeatReply, unnamed []string, err error) {
	part, err := msg.ToArray()
	if err != nil || len(part) != 4 {
		return reply, nil, fmt.Errorf("reply of the script beat: %w", err)
	}
	lost, err := part[0].AsIntSlice()
	if err != nil {
		return reply, nil, err
	}
	shall, err := part[1].AsIntSlice()
	if err != nil {
		return reply, nil, err
	}
	for _, i := range lost {
		reply.Lost = append(reply.Lost, claims[i-1])
	}
	for _, i := range shall {
		reply.Cancelled = append(reply.Cancelled, claims[i-1])
	}
	if unnamed, err = part[2].AsStrSlice(); err != nil {
		return reply, nil, err
	}
	orders, err := part[3].AsStrSlice()
	for _, o := range orders {
		n, what, _ := strings.Cut(o, " ")
		order := store.Order{What: store.OrderKind(what)}
		order.N, _ = strconv.ParseUint(n, 10, 64)
		reply.Orders = append(reply.Orders, order)
	}
	return reply, unnamed, err
}

// returnUnnamed puts back claims whose replies were lost.
func (s *Store) returnUnnamed(ctx context.Context, worker string, unnamed []string) (int, error) {
	w := work{worker: worker}
	claims := slices.Collect(slices.Chunk(unnamed, 2))
	// Those that were taken last go back first.
	slices.SortFunc(claims, func(a, b []string) int { return strings.Compare(b[0], a[0]) })
	for _, c := range claims {
		token, _ := strconv.ParseUint(c[0], 16, 64)
		h, err := readHolding(c[1])
		if h == nil {
			continue
		}
		o := &store.Outcome{Claim: store.Claim{ID: h.id, Token: store.Token(token)}, Verb: store.Return}
		var t transition
		if err != nil {
			t = s.burial(o.Token, h, err)
		} else if t, err = s.transition(worker, o, h); err != nil {
			return 0, err
		}
		w.transitions = append(w.transitions, t)
		s.held.drop(worker, o.Token)
	}
	a, err := s.apply(ctx, &w)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, l := range a.letters {
		if l == applied || l == cancelled {
			n++
		}
	}
	return n, nil
}
