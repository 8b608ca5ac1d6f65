package tasuki_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A damaging store answers this cursor for jobs that were handed over.
type damaging struct {
	*memory.Store
	cursor string
}

func (d damaging) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	reply, err := d.Store.Claim(ctx, req)
	for i := range reply.Jobs {
		if reply.Jobs[i].Interruptions > 0 {
			reply.Jobs[i].Cursor = json.RawMessage(d.cursor)
		}
	}
	return reply, err
}

// comeBack runs one job whose handler comes to its work, a step, a cursor of its own
// and a loop, when it is resumed with another cursor than the 5 that it saved.
func comeBack(t *testing.T, st *memory.Store, cursor string) (ran []string, r *store.Record) {
	t.Helper()
	job := task.Job(0, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	first := true
	started(t, damaging{st, cursor}, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
		if first {
			first = false
			return errors.Join(tasuki.Save(ctx, 5), tasuki.Yield())
		}
		ran = append(ran, "handler")
		_, err := tasuki.Step(ctx, "b", func(ctx context.Context) (int, error) {
			ran = append(ran, "step")
			return 1, tasuki.Loop(ctx, "in", count(1), func(context.Context, int) error { return nil })
		})
		tasuki.Save(ctx, 7)
		return errors.Join(err, tasuki.Loop(ctx, "x", count(2), func(ctx context.Context, _ int) error {
			ran = append(ran, "item")
			pass(time.Second)
			_, err := tasuki.Step(ctx, "in", func(context.Context) (int, error) { return 1, nil })
			return err
		}))
	})}})
	pass(time.Hour)
	return ran, record(t, st, job.ID)
}

func TestAStateThatIsDamagedMakesTheJobDeadBeforeItsHandlerDoesAnything(t *testing.T) {
	for _, cursor := range []string{
		`garbage`, `{"tasuki":1,"steps":{"b":{"result":1}`, `{"tasuki":1,"steps":[1]}`, `{"tasuki":"x"}`,
		`{"tasuki":null,"steps":{"b":{"result":1}}}`, `{"tasuki":0}`, `{"tasuki":1.5}`, `{"tasuki":1,"loops":{"x":7}}`,
	} {
		t.Run(cursor, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				ran, r := comeBack(t, st, cursor)
				if len(ran) != 0 || string(r.Cursor) != "5" {
					t.Errorf("ran %v, the state was written over with %s", ran, r.Cursor)
				}
				wantDead(t, r, `kind "task"`, "its state cannot be read", "hint:")
			})
		})
	}
}

func TestWhatADamagedStateHasNullForIsTakenForNothing(t *testing.T) {
	for _, cursor := range []string{
		`{"tasuki":1,"steps":{"b":null}}`, `{"tasuki":1,"steps":{"b":{"in":null}}}`, `{"tasuki":1,"steps":{"b":{"in":{"loops":{"in":null}}}}}`,
		`{"tasuki":1,"loops":{"x":null}}`, `{"tasuki":1,"loops":{"":null}}`, `{"tasuki":1,"loops":{"x":{"items":{"1":null}}}}`,
		`{"tasuki":1,"loops":{"x":{"items":{"1":{"steps":{"in":null}}}}}}`, `{"tasuki":1,"steps":null,"loops":null}`, `{"tasuki":1,"other":null}`,
	} {
		t.Run(cursor, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				ran, r := comeBack(t, st, cursor)
				if len(ran) != 4 || r.State != store.Done {
					t.Errorf("ran %v, job %s %v", ran, r.State, r.Failure)
				}
			})
		})
	}
}

func TestACursorThatHoldsOurWordSomewhereIsACursor(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		if ran, r := comeBack(t, st, `{"tool":"tasuki"}`); len(ran) != 4 || r.State != store.Done {
			t.Errorf("ran %v, job %s %v", ran, r.State, r.Failure)
		}
	})
}
