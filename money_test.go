package tasuki_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// Jobs that move money between accounts, item by item, in three ways.
var (
	transferKind = tasuki.NewKind[steps]("transfer") // each transfer in one Commit
	relayKind    = tasuki.NewKind[steps]("relay")    // debit and credit are steps of the item, a transaction each
	looseKind    = tasuki.NewKind[steps]("loose")    // each item notes itself without Commit
)

const accounts, opening = 20, 10_000

const itemsOfAMoving = 20

func moneyHandlers(st *yard) []tasuki.Handler {
	from := func(s steps) tasuki.Source[int, int] { return count(s.N) }
	return []tasuki.Handler{
		tasuki.Each(transferKind, from, func(ctx context.Context, s steps, i int) error {
			<-time.After(s.Each)
			return st.Commit(ctx, func(tx *sql.Tx) error {
				return errors.Join(book(ctx, tx, "debit", i), book(ctx, tx, "credit", i))
			})
		}),
		tasuki.Each(relayKind, from, func(ctx context.Context, s steps, i int) error {
			for _, side := range []string{"debit", "credit"} {
				<-time.After(s.Each / 2)
				_, err := tasuki.StepTx(ctx, side, st.Commit, func(ctx context.Context, tx *sql.Tx) (int, error) {
					return i, book(ctx, tx, side, i)
				})
				if err != nil {
					return err
				}
			}
			return nil
		}),
		tasuki.Each(looseKind, from, func(ctx context.Context, s steps, i int) error {
			<-time.After(s.Each)
			return insist(ctx, func() error { _, err := st.DB().ExecContext(ctx, note(ctx, i)); return err })
		}),
	}
}

// insist does something until it succeeds: a link that is down is no failure of a job.
func insist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || ctx.Err() != nil {
			return err
		}
		<-time.After(10 * time.Millisecond)
	}
}

// book is one side of transfer i: the money and a line in the books.
func book(ctx context.Context, tx *sql.Tx, side string, i int) error {
	account, amount := i%accounts, i%100+1
	if side == "credit" {
		account = (i*7 + 3) % accounts
	} else {
		amount = -amount
	}
	_, err := tx.Exec(fmt.Sprintf(`UPDATE accounts SET balance = balance + %d WHERE account = %d`, amount, account))
	if err == nil {
		_, err = tx.Exec(fmt.Sprintf(`INSERT INTO books (job, item, side, account, amount) VALUES ('%s', %d, '%s', %d, %d)`,
			tasuki.JobFrom(ctx).ID, i, side, account, amount))
	}
	return err
}

func bank(t *testing.T, st *yard) {
	t.Helper()
	_, err := st.DB().Exec(`CREATE TABLE accounts (account INTEGER PRIMARY KEY, balance INTEGER);
		CREATE TABLE books (job TEXT, item INTEGER, side TEXT, account INTEGER, amount INTEGER);`)
	for a := 0; err == nil && a < accounts; a++ {
		_, err = st.DB().Exec(fmt.Sprintf(`INSERT INTO accounts VALUES (%d, %d)`, a, opening))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestMoney… takes half a minute, or ten with TASUKI_TEST_SOAK: 100 or 2,000
// kills, stops and freezes. The workers' beats are fast, so that a frozen one is
// taken for dead and its writes meet the fence when it wakes.
func TestMoneyIsMovedExactlyOnceWhateverHappensToTheWorkers(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	robbery{st: st, address: path, strikes: 8, again: 8}.run(t)
}

// A robbery is what happens to workers while they move money.
type robbery struct {
	st      *yard
	address string
	wrapper []string // what workers are started through
	strikes int      // of how many kinds
	cut     func(time.Duration)
	again   int // items of 10 ms that one release may do again without Commit
}

func (r robbery) worker(t *testing.T) *process {
	return workerBy(t, r.address, append(slices.Clone(r.wrapper), "env", childBeat+"=100ms"), "-t", "2", "-c", "6")
}

func (r robbery) run(t *testing.T) {
	blows := 100
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		blows = 2000
	}
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 0))
	st := r.st
	bank(t, st)
	const items = itemsOfAMoving
	crew := []*process{r.worker(t), r.worker(t)}
	done := map[string]int{}
	var jobs []store.Job
	for blow := range blows {
		if blow%5 == 0 { // never out of work
			more := movings(items)
			enqueued(t, st, more...)
			jobs = append(jobs, more...)
		}
		<-time.After(time.Duration(chance.IntN(120)) * time.Millisecond)
		i := chance.IntN(len(crew))
		done[r.strike(crew[i], chance.IntN(r.strikes))]++
		if crew[i].over() {
			crew[i] = r.worker(t)
		}
	}
	// A job whose workers died three times before its next item was done looks like
	// poison. A person looks, and sends it on.
	revived := 0
	eventually(t, "no job runs or waits", func() bool {
		n, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{States: []store.State{store.Dead}}, To: store.Ready})
		revived += n
		return err == nil && n == 0 && unfinished(t, st) == 0
	})
	recs := ended(t, st, jobs)
	t.Logf("seed %d: %v; %s; %d taken for poison and sent on", seed, done, costs(recs), revived)
	wantBooks(t, st, recs, items)
	if r.cut == nil {
		wantNoAttempts(t, recs)
	}
	wantLoose(t, st, recs, r.again)
}

func movings(items int) []store.Job {
	s := steps{N: items, Each: 10 * time.Millisecond}
	return []store.Job{transferKind.Job(s, tasuki.Keep(time.Hour)), relayKind.Job(s, tasuki.Keep(time.Hour)), looseKind.Job(s, tasuki.Keep(time.Hour))}
}

// strike does one bad thing to a worker and says which.
func (r robbery) strike(p *process, which int) string {
	switch which {
	case 8:
		r.cut(100 * time.Millisecond)
		return "short cut"
	case 9:
		r.cut(700 * time.Millisecond) // longer than the standstill
		return "long cut"
	case 0, 1:
		return p.suffer(0)
	case 2, 3, 4:
		return p.suffer(1)
	case 5:
		return p.suffer(2)
	case 6:
		p.freeze(50 * time.Millisecond)
		return "short freeze"
	}
	p.freeze(700 * time.Millisecond) // longer than the standstill
	return "long freeze"
}

func (p *process) freeze(d time.Duration) {
	p.signal(syscall.SIGSTOP)
	<-time.After(d)
	p.signal(syscall.SIGCONT)
}

// over says whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// wantBooks fails unless the books balance and hold each side of each transfer
// once.
func wantBooks(t *testing.T, st *yard, recs []store.Record, items int) {
	t.Helper()
	for what, query := range map[string]string{
		"no money appears or vanishes":              fmt.Sprintf(`SELECT abs(sum(balance) - %d) FROM accounts`, accounts*opening),
		"each account agrees with the books":        fmt.Sprintf(`SELECT count(*) FROM accounts a WHERE balance <> %d + (SELECT coalesce(sum(amount), 0) FROM books b WHERE b.account = a.account)`, opening),
		"no side of a transfer is booked twice":     `SELECT count(*) FROM (SELECT 1 FROM books GROUP BY job, item, side HAVING count(*) > 1) AS twice`,
		"a transfer is booked on both of its sides": `SELECT count(*) FROM (SELECT 1 FROM books GROUP BY job, item HAVING count(*) <> 2) AS halves`,
	} {
		var wrong int
		if err := st.DB().QueryRow(query).Scan(&wrong); err != nil || wrong != 0 {
			t.Errorf("%s: %d times not, %v", what, wrong, err)
		}
	}
	moving := 0
	for _, r := range recs {
		if r.Kind != looseKind.Name() {
			moving++
		}
	}
	var rows int
	if err := st.DB().QueryRow(`SELECT count(*) FROM books`).Scan(&rows); err != nil || rows != 2*moving*items {
		t.Errorf("%d lines in the books, %v; want %d", rows, err, 2*moving*items)
	}
	t.Logf("%d transfers, each booked once", moving*items)
}

// wantNoAttempts: none of this was the jobs' fault. (A link that is cut in the middle
// of their own statements is an error that they see.)
func wantNoAttempts(t *testing.T, recs []store.Record) {
	t.Helper()
	for _, r := range recs {
		if r.Attempts != 0 {
			t.Errorf("job %s of kind %s used %d attempts: %v", r.ID, r.Kind, r.Attempts, r.Failure)
		}
	}
}

// wantLoose fails if an item without Commit was lost, or if more were done again
// than one, or those of 50 ms, for each time that its job was released. (Items are
// 10 ms long here, and the save of the last of them takes its time; more of it where
// links are cut.)
func wantLoose(t *testing.T, st *yard, recs []store.Record, most int) {
	t.Helper()
	const items = itemsOfAMoving
	again, releases, seen := 0, 0, 0
	for _, r := range recs {
		if r.Kind != looseKind.Name() {
			continue
		}
		rows, different := st.noted(t, r.ID)
		if different != items {
			t.Errorf("job %s: %d items of %d were lost", r.ID, items-different, items)
		}
		again, releases, seen = again+rows-different, releases+r.Releases, max(seen, (rows-different)/max(r.Releases, 1))
		if rows > different+r.Releases*most {
			t.Errorf("job %s: %d items done again in %d releases", r.ID, rows-different, r.Releases)
		}
	}
	t.Logf("without Commit: %d items of 10 ms done again in %d releases, at most %d in one", again, releases, seen)
}
