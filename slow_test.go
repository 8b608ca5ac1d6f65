package tasuki_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// slowLines are the warnings about what takes longer than a stop may.
func slowLines(out *logBuffer) (lines []string) {
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "takes longer than a stop may") {
			lines = append(lines, line)
		}
	}
	return lines
}

// wantSlow fails unless there is one such line, with these words.
func wantSlow(t *testing.T, out *logBuffer, words ...string) {
	t.Helper()
	lines := slowLines(out)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want one: %s", len(lines), lines)
	}
	for _, w := range words {
		if !strings.Contains(lines[0], w) {
			t.Errorf("it does not say %s: %s", w, lines[0])
		}
	}
}

func TestAnItemThatIsLongerThanAStopMayBeIsNamedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		enqueued(t, st, walk.Job(3))
		started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			if i == 2 {
				pass(2 * time.Minute)
			}
			return nil
		})}})
		pass(time.Minute)
		wantSlow(t, out, "where=each", "item=2")
		pass(2 * time.Minute)
	})
}

func TestAnItemThatEndsBetweenLastCallAndTimeoutIsNamedToo(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		enqueued(t, st, walk.Job(3))
		w := started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(context.Context, int, int) error {
			pass(23500 * time.Millisecond) // no beat falls behind its first 22 s
			return nil
		})}})
		pass(40 * time.Second)
		wantSlow(t, out, "item=1")
		pass(time.Minute)
		stopped(t, w)
	})
}

func TestAWarningThatComesLateNamesTheItemThatWasLong(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		enqueued(t, st, walk.Job(10000))
		w := started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			pass(time.Millisecond)
			if i == 7 {
				pass(23500 * time.Millisecond)
			}
			return nil
		})}})
		pass(30 * time.Second)
		wantSlow(t, out, "item=7", "takes=23.501s")
		stopped(t, w)
	})
}

func TestALongItemThatEndsTheJobBetweenTwoBeatsIsNamed(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		for range 5 {
			enqueued(t, st, walk.Job(1))
		}
		w := started(t, st, tasuki.Config{Logger: log, Slots: 1, Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(context.Context, int, int) error {
			pass(23500 * time.Millisecond)
			return nil
		})}})
		pass(3 * time.Minute)
		if n := len(slowLines(out)); n != 5 {
			t.Errorf("named %d times, want each of 5 jobs", n)
		}
		stopped(t, w)
	})
}

func TestNoItemIsNamedForAnOutageOfTheStore(t *testing.T) {
	for name, h := range map[string]tasuki.Handler{
		"items": tasuki.Each(walk, count, func(context.Context, int, int) error { pass(100 * time.Millisecond); return nil }),
		"a step in each item": tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
			_, err := tasuki.Step(ctx, "s", func(context.Context) (int, error) { pass(100 * time.Millisecond); return 1, nil })
			return err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				log, out := logged()
				way := newLink(st)
				enqueued(t, st, walk.Job(1000))
				w := started(t, way, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{h}})
				pass(5 * time.Second)
				way.set(func(l *link) { l.cut = true })
				pass(time.Minute)
				way.set(func(l *link) { l.cut = false })
				pass(10 * time.Second)
				if lines := slowLines(out); len(lines) != 0 {
					t.Errorf("named %s", lines)
				}
				stopped(t, w)
			})
		})
	}
}

func TestNoItemIsNamedForWhatTakesLongBeforeIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		enqueued(t, st, task.Job(10))
		w := started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			pass(40 * time.Second)
			return tasuki.Loop(ctx, "l", count(5000), func(context.Context, int) error { pass(time.Millisecond); return nil })
		})}})
		pass(50 * time.Second)
		if lines := slowLines(out); len(lines) != 0 {
			t.Errorf("named %s", lines)
		}
		stopped(t, w)
	})
}

func TestAnItemWhoseOwnItemsAreShortIsNotNamed(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		job := walk.Job(2, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			return tasuki.Loop(ctx, "in", count(60), func(_ context.Context, k int) error {
				if i == 2 && k == 30 {
					pass(30 * time.Second)
				}
				pass(time.Second)
				return nil
			})
		})}})
		pass(90 * time.Second)
		if lines := slowLines(out); len(lines) != 0 {
			t.Errorf("named %s", lines)
		}
		pass(2 * time.Minute)
		wantState(t, st, job.ID, store.Done)
		wantSlow(t, out, "where=each/in", "item=30")
	})
}

func TestALongStepIsNamed(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		enqueued(t, st, task.Job(1))
		started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			_, err := tasuki.Step(ctx, "charge", func(context.Context) (int, error) { pass(23 * time.Second); return 1, nil })
			return err
		})}})
		pass(23500 * time.Millisecond)
		wantSlow(t, out, "where=charge", "takes=23s")
	})
}
