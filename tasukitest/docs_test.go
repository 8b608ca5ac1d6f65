package tasukitest_test

// What docs/testing.md shows: each of its blocks stands here word for word.

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/source"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

type Import struct{ File string }

type row = source.Item[int, int]

var (
	imports = tasuki.NewKind[Import]("import")
	hundred = func(Import) tasuki.Source[int, row] { return source.Slice(make([]int, 100)) }
	handler = tasuki.Each(imports, hundred, func(context.Context, Import, row) error { return nil })
)

func TestADeployCostsNothing(t *testing.T) {
	job := imports.Job(Import{File: "customers.csv"})
	run := tasukitest.Run(t, handler, job, tasukitest.StopBefore("each", 58))
	run.Want(store.Ready) // handed over, to the front of its queue
	if run.Progress.Done != 57 {
		t.Errorf("%d rows were imported", run.Progress.Done)
	}
	run.Resume().Want(store.Done)
}

// A till takes money and, when it is told so, the worker with it.
type till struct {
	keys map[string]bool
	kill bool
}

func (b *till) Charge(ctx context.Context, key string) (string, error) {
	b.keys[key] = true
	if b.kill {
		b.kill = false
		tasukitest.Kill(ctx) // the bank has the money, and we are gone
	}
	return "ref-1", nil
}

type shop struct{ bank *till }

func (s *shop) pay(ctx context.Context, _ Order) error {
	_, err := tasuki.Step(ctx, "charge", func(ctx context.Context) (string, error) {
		return s.bank.Charge(ctx, tasuki.JobFrom(ctx).ID)
	})
	return err
}

func TestAKillChargesOnce(t *testing.T) {
	s := &shop{bank: &till{keys: map[string]bool{}, kill: true}}
	run := tasukitest.Run(t, order.Do(s.pay), order.Job(Order{Number: 7})).Want(store.Ready)
	run.Resume().Want(store.Done)
	if len(s.bank.keys) != 1 {
		t.Errorf("charged with the keys %v", s.bank.keys)
	}
}

func TestAReceiptIsMailed(t *testing.T) {
	var mailed []Receipt
	box := tasukitest.New(t, ordering(&mailed))
	box.Enqueue(order.Job(Order{Number: 7}))
	box.Run() // the order, and the receipt that it enqueues
	rec := tasukitest.WasEnqueued(t, box.Jobs(), receipt, Receipt{Order: 7, To: "ada@example.com"})
	if rec.Queue != "mail" {
		t.Errorf("the receipt was in queue %q", rec.Queue)
	}
}

var flaky = tasuki.NewKind[int]("flaky", tasuki.MaxAttempts(3))

func TestItGivesUpAfterThreeAttempts(t *testing.T) {
	down := func(context.Context, int) error { return errors.New("the server is down") }
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{flaky.Do(down)}})
	box.Enqueue(flaky.Job(1))
	runs := box.Pass(24 * time.Hour) // each attempt at its time
	if len(runs) != 3 {
		t.Fatalf("%d runs", len(runs))
	}
	runs[2].Want(store.Dead)
}

var handlers = []tasuki.Handler{order.Do(func(context.Context, Order) error { return nil })}

func TestEveryNightMakesOneJob(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{
		Handlers:  handlers,
		Schedules: []tasuki.Schedule{{Name: "nightly", At: cron.Must("0 3 * * *"), Job: order.Job(Order{})}},
	})
	box.Clock.Set(time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC))
	if runs := box.Pass(7 * 24 * time.Hour); len(runs) != 7 {
		t.Errorf("%d nights in a week", len(runs))
	}
}

func writing(st *sqlite.Store) tasuki.Handler {
	return tasuki.Each(imports, hundred, func(ctx context.Context, _ Import, r row) error {
		return st.Commit(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("INSERT INTO rows VALUES (?)", r.At)
			return err
		})
	})
}

func TestEachRowIsWrittenOnce(t *testing.T) {
	var clock tasukitest.Clock
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.DB().Exec("CREATE TABLE rows (at INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	run := tasukitest.Run(t, writing(st), imports.Job(Import{}),
		tasukitest.On(st, &clock), tasukitest.KillBefore("each", 58))
	run.Resume().Want(store.Done) // a row that is written twice would fail
}

var slow = tasuki.NewKind[int]("slow", tasuki.Timeout(time.Hour))

func TestASlowJobTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := slow.Do(func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})
		run := tasukitest.Run(t, hang, slow.Job(1)).Want(store.Retry)
		if !errors.Is(run.Err, tasuki.ErrTimeout) {
			t.Errorf("it failed with %v", run.Err)
		}
	})
}

func TestTheDocsShowTheseTests(t *testing.T) {
	docs, err := os.ReadFile("../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(docs), "```go\n")[1:]
	if len(blocks) < 5 {
		t.Fatalf("docs/testing.md has %d blocks of Go", len(blocks))
	}
	for _, b := range blocks {
		code, _, _ := strings.Cut(b, "```")
		if !strings.Contains(string(here), code) {
			t.Errorf("docs/testing.md shows what is not tested:\n%s", code)
		}
	}
}
