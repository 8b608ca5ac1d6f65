package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

const (
	// listenCheck is how often a connection that says nothing is asked whether it lives.
	listenCheck = 30 * time.Second
	// probeWait is how long a listener waits to hear itself.
	probeWait = 5 * time.Second
	// Connections that break are made anew with growing pauses.
	againSoon = 100 * time.Millisecond
	againLate = 5 * time.Second
)

// probePrefix begins what listeners say to hear themselves; no queue's name can.
const probePrefix = "\x01probe "

var errDeaf = fmt.Errorf("notifications do not arrive: %w (hint: behind a pooler in transaction mode set Options.ListenDSN to the server itself, or Options.NoListen)", store.ErrUnsupported)

// Listen calls wake soon after jobs may have become claimable; see
// [store.Listener]. It keeps one connection for itself, which it makes anew if it
// breaks. Where notifications do not arrive from the beginning, behind a pooler in
// transaction mode, it answers an error.
func (s *Store) Listen(ctx context.Context, queues []string, wake func()) error {
	if s.options.NoListen {
		return fmt.Errorf("listen: Options.NoListen is set: %w", store.ErrUnsupported)
	}
	l := &listening{store: s, queues: queues, wake: wake, near: s.name}
	s.ears.open(l)
	defer s.ears.close(l)
	return l.listen(ctx)
}

// listening is one Listen under way; its goroutine owns it.
type listening struct {
	store  *Store
	queues []string
	wake   func()
	near   string // the store that tells it without the server
	heard  bool   // the connection worked
	works  bool   // one did, so notifications do arrive
}

// listen listens on one connection after the other.
func (l *listening) listen(ctx context.Context) error {
	for pause := againSoon; ; pause = min(2*pause, againLate) {
		err := l.run(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errDeaf) && !l.works:
			return fmt.Errorf("listen: %w", err)
		case l.heard:
			pause = againSoon
		}
		l.heard = false
		if !loop.Rest(ctx, pause) {
			return nil
		}
	}
}

// run listens on one connection until that breaks.
func (l *listening) run(ctx context.Context) error {
	config, err := l.store.listenConfig(ctx)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+quoted(l.store.channel())); err != nil {
		return err
	}
	if err := l.probe(ctx, conn); err != nil {
		return err
	}
	l.heard, l.works = true, true
	l.wake() // what came before may have been missed
	for {
		if err := l.next(ctx, conn); err != nil {
			return err
		}
	}
}

// probe says something and waits to hear it.
func (l *listening) probe(ctx context.Context, conn *pgx.Conn) error {
	probe := probePrefix + rand.Text()
	if err := l.store.once(ctx, "listen", &call{query: notifySQL, args: []any{l.store.channel(), []string{probe}}}); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, probeWait, errDeaf)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		if n.Payload == probe {
			return nil
		}
	}
}

func (l *listening) wants(queue string) bool {
	return len(l.queues) == 0 || slices.Contains(l.queues, queue)
}

// next waits for one notification, or finds out that the connection is dead.
func (l *listening) next(ctx context.Context, conn *pgx.Conn) error {
	quiet, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	switch {
	case err == nil:
		if queue, by := sender(n.Payload); by != l.near && l.wants(queue) {
			l.wake()
		}
		return nil
	case ctx.Err() == nil && quiet.Err() != nil && !conn.IsClosed():
		check, cancel := context.WithTimeout(ctx, probeWait)
		defer cancel()
		return conn.Ping(check)
	}
	return err
}
