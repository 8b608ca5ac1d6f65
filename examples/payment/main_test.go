package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// A till is a bank for tests: it charges each key once.
type till struct {
	mu      sync.Mutex
	charged map[string]string // reference by key
	asked   int
	answer  func(ctx context.Context, asked int) error // nil: all is well
}

func (b *till) Charge(ctx context.Context, key string, cents int64) (string, error) {
	b.mu.Lock()
	b.asked++
	asked := b.asked
	if b.charged == nil {
		b.charged = map[string]string{}
	}
	if b.charged[key] == "" {
		b.charged[key] = fmt.Sprintf("ch_%d_%d", len(b.charged)+1, cents)
	}
	reference := b.charged[key]
	b.mu.Unlock()
	if b.answer != nil {
		if err := b.answer(ctx, asked); err != nil {
			return "", err
		}
	}
	return reference, nil
}

// ServeHTTP loses its first answer: the money is taken and nobody hears of it.
func (b *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reference, err := b.Charge(r.Context(), r.Header.Get("Idempotency-Key"), 4999)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	fmt.Fprint(w, reference)
}

// opened is a shop on a fresh file whose clock stands still.
func opened(t *testing.T, b *till) (*shop, *tasukitest.Clock) {
	t.Helper()
	clock := &tasukitest.Clock{}
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "payment.db"), sqlite.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if _, err := st.DB().Exec(table); err != nil {
		t.Fatal(err)
	}
	return &shop{st: st, bank: b, mail: printed}, clock
}

func entries(t *testing.T, st *sqlite.Store) (n int) {
	t.Helper()
	if err := st.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM entries").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnOrderIsPaidAndItsReceiptMailed(t *testing.T) {
	var mailed []string
	s, clock := opened(t, &till{})
	s.mail = func(_ context.Context, to, text string) error {
		mailed = append(mailed, to+": "+text)
		return nil
	}
	box := tasukitest.New(t, tasuki.Config{Handlers: s.handlers()}, tasukitest.On(s.st, clock))
	box.Enqueue(payments.Job(Order{7, 4999, "ada@example.com"}))
	box.Run()
	tasukitest.WasEnqueued(t, box.Jobs(), receipts, Receipt{7, "ada@example.com", "ch_1_4999"})
	if len(mailed) != 1 || !strings.Contains(mailed[0], "ch_1_4999") || entries(t, s.st) != 1 {
		t.Errorf("mailed %q, %d entries", mailed, entries(t, s.st))
	}
}

func TestAKillBehindTheChargeChargesOnce(t *testing.T) {
	b := &till{answer: func(ctx context.Context, asked int) error {
		if asked == 1 {
			tasukitest.Kill(ctx) // the bank has the money, and we are gone
		}
		return nil
	}}
	s, clock := opened(t, b)
	run := tasukitest.Run(t, payments.Do(s.pay), payments.Job(Order{7, 4999, "ada@example.com"}), tasukitest.On(s.st, clock)).Want(store.Ready)
	run = run.Resume().Want(store.Done)
	if b.asked != 2 || len(b.charged) != 1 || entries(t, s.st) != 1 {
		t.Errorf("asked %d times, charged %v, %d entries", b.asked, b.charged, entries(t, s.st))
	}
	tasukitest.WasEnqueued(t, run.Enqueued, receipts, Receipt{7, "ada@example.com", "ch_1_4999"})
}

func TestADeployBetweenTheStepsAsksTheBankOnce(t *testing.T) {
	b := &till{}
	s, clock := opened(t, b)
	run := tasukitest.Run(t, payments.Do(s.pay), payments.Job(Order{7, 4999, ""}), tasukitest.On(s.st, clock), tasukitest.StopBefore("book", 1)).Want(store.Ready)
	tasukitest.NotEnqueued(t, run.Enqueued, receipts)
	run.Resume().Want(store.Done)
	if b.asked != 1 || entries(t, s.st) != 1 {
		t.Errorf("asked %d times, %d entries", b.asked, entries(t, s.st))
	}
}

func TestADeclinedCardIsNotTriedAgain(t *testing.T) {
	s, clock := opened(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusPaymentRequired)
	}))
	defer server.Close()
	s.bank = &bank{url: server.URL}
	run := tasukitest.Run(t, payments.Do(s.pay), payments.Job(Order{7, 4999, ""}), tasukitest.On(s.st, clock)).Want(store.Dead)
	if !strings.Contains(run.Why, "declined") || entries(t, s.st) != 0 {
		t.Errorf("%s; %d entries", run, entries(t, s.st))
	}
}

func TestTheProgramPaysOnceThoughTheBanksAnswerIsLost(t *testing.T) {
	b := &till{answer: func(_ context.Context, asked int) error {
		if asked == 1 {
			return http.ErrAbortHandler
		}
		return nil
	}}
	server := httptest.NewServer(b)
	defer server.Close()
	dir := t.TempDir()
	st, err := open(t.Context(), filepath.Join(dir, "payment.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	began := time.Now()
	p := program.Start(t, dir, "BANK="+server.URL)
	program.Await(t, "payment and receipt", func() bool {
		stats, err := st.Stats(t.Context())
		return err == nil && stats.Done == 2
	})
	out := p.Stop()
	if !strings.Contains(out, "mail to ada@example.com: Thank you. Your payment's reference is ch_1_4999.") {
		t.Errorf("after %v the program has said:\n%s", time.Since(began), out)
	}
	if b.asked != 2 || len(b.charged) != 1 || entries(t, st) != 1 {
		t.Errorf("asked %d times, charged %v, %d entries", b.asked, b.charged, entries(t, st))
	}
}
