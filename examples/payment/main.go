// Command payment takes the money for an order in steps: the bank is asked once, the
// books are written once, the receipt is mailed behind them, whatever happens to the
// process between any two of them.
//
//	BANK=http://localhost:8099 go run ./examples/payment
//
// It creates payment.db and pays one order. The bank is any server that takes a POST
// to /charges with an Idempotency-Key and answers the charge's reference.
package main

import (
	"context"
	"database/sql"
	"log"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// An Order is to be paid.
type Order struct {
	Number int
	Cents  int64
	Email  string
}

// A Receipt is to be mailed.
type Receipt struct {
	Order     int
	Email     string
	Reference string // the bank's
}

var (
	payments = tasuki.NewKind[Order]("pay", tasuki.Backoff(func(int) time.Duration { return time.Second }))
	receipts = tasuki.NewKind[Receipt]("mail receipt")
)

// A shop is what its handlers need.
type shop struct {
	st   *sqlite.Store
	bank interface {
		Charge(ctx context.Context, key string, cents int64) (reference string, err error)
	}
	mail func(ctx context.Context, to, text string) error
}

// handlers are all that this program's workers run.
func (s *shop) handlers() []tasuki.Handler {
	return []tasuki.Handler{payments.Do(s.pay), receipts.Do(s.receipt)}
}

func (s *shop) pay(ctx context.Context, o Order) error {
	// The world outside: after a kill between the bank's answer and its record the
	// bank is asked again, with the same key, and charges nothing twice.
	reference, err := tasuki.Step(ctx, "charge", func(ctx context.Context) (string, error) {
		return s.bank.Charge(ctx, tasuki.JobFrom(ctx).ID, o.Cents)
	})
	if err != nil {
		return err
	}
	// Our own database: the entry and the step's record are one transaction.
	_, err = tasuki.StepTx(ctx, "book", s.st.Commit, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		done, err := tx.ExecContext(ctx, "INSERT INTO entries (number, cents, reference) VALUES (?, ?, ?)", o.Number, o.Cents, reference)
		if err != nil {
			return 0, err
		}
		return done.LastInsertId()
	})
	if err != nil {
		return err
	}
	// The follow-up is enqueued in the write that makes this job done.
	return tasuki.Then(receipts.Job(Receipt{o.Number, o.Email, reference}))
}

func (s *shop) receipt(ctx context.Context, r Receipt) error {
	return s.mail(ctx, r.Email, "Thank you. Your payment's reference is "+r.Reference+".")
}

const table = "CREATE TABLE IF NOT EXISTS entries (number INTEGER, cents INTEGER, reference TEXT)"

func open(ctx context.Context, file string) (*sqlite.Store, error) {
	st, err := sqlite.Open(ctx, file, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	_, err = st.DB().ExecContext(ctx, table)
	return st, err
}

func run(ctx context.Context, url string) (int, error) {
	st, err := open(ctx, "payment.db")
	if err != nil {
		return 1, err
	}
	defer st.Close()
	if _, err := tasuki.Enqueue(ctx, st, payments.Job(Order{Number: 7, Cents: 4999, Email: "ada@example.com"}, tasuki.Unique("order 7"))); err != nil {
		return 1, err
	}
	s := &shop{st: st, bank: &bank{url: url}, mail: printed}
	w, err := tasuki.New(st, tasuki.Config{Handlers: s.handlers()})
	if err != nil {
		return 1, err
	}
	return tasuki.Main(w), nil
}

func main() {
	code, err := run(context.Background(), os.Getenv("BANK"))
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}
