package source

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/tasuki-jobs/tasuki"
)

// Pace lets a source yield at most n items in any span of per: the first n at once,
// each further one when the n-th before it is so old. It holds for one run of one
// job; several jobs have n each, and a job that is resumed begins anew.
//
// A wait ends at once when the context ends or the worker stops; the item is then
// left to the next worker. To put the job off and free its slot instead, use
// [tasuki.Throttle]. Cursor, resuming and changes are the source's own.
func Pace[C, T any](src tasuki.Source[C, T], n int, per time.Duration) tasuki.Source[C, T] {
	after := src.After
	src.After = func(ctx context.Context, c C) iter.Seq2[T, error] {
		if n < 1 || per <= 0 {
			return broken[T](fmt.Errorf("Pace: %d items in %v, want at least 1 in more than 0s", n, per))
		}
		return func(yield func(T, error) bool) {
			p := pacer{n: n, per: per}
			for v, err := range after(ctx, c) {
				if err == nil {
					err = p.wait(ctx)
				}
				if err != nil {
					yield(*new(T), err)
					return
				}
				if !yield(v, nil) {
					return
				}
			}
		}
	}
	return src
}

// A pacer remembers when the last n items began.
type pacer struct {
	n     int
	per   time.Duration
	began []time.Time // a ring once it has n
	next  int         // the oldest of it
}

// wait until one more may begin. When the worker stops it does not: the engine
// refuses the item then.
func (p *pacer) wait(ctx context.Context) error {
	if len(p.began) < p.n {
		p.began = append(p.began, time.Now())
		return ctx.Err()
	}
	if d := p.per - time.Since(p.began[p.next]); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-tasuki.Stopping(ctx):
		case <-ctx.Done():
		}
	}
	p.began[p.next] = time.Now()
	p.next = (p.next + 1) % p.n
	return ctx.Err()
}
