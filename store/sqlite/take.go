package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	headsSQL  = text("claim_heads")
	runSQL    = text("claim_run")
	leaveSQL  = text("claim_leave")
	runOneSQL = text("claim_run_one")
)

// maxArms is from how many lanes a statement picks; SQLite's own limit is 500.
const maxArms = 128

// pickSQL are the statements that pick from 1, 2, 4, … maxArms lanes.
var pickSQL = func() map[int]string {
	all := map[int]string{}
	pick, arm := text("claim_pick"), text("claim_arm")
	for n := 1; n <= maxArms; n *= 2 {
		all[n] = strings.Replace(pick, "/* arms */", strings.Repeat(arm+"\n", n), 1)
	}
	return all
}()

// take claims up to n jobs of one queue.
func (c *claiming) take(ctx context.Context, queue string, n int) error {
	for n > 0 {
		lanes, suspects := c.lanes(queue)
		if len(lanes)+len(suspects) == 0 {
			return nil
		}
		ask := n
		if len(lanes) > maxArms {
			// The first maxArms jobs lie in the maxArms lanes that begin first.
			heads, err := c.heads(ctx, lanes)
			if err != nil {
				return err
			}
			if len(heads) < maxArms {
				c.exhausted(without(lanes, heads))
				continue // they are no more than one statement reads
			}
			lanes, ask = heads, min(n, maxArms)
		}
		picked, err := c.pick(ctx, lanes, suspects, ask)
		if err != nil {
			return err
		}
		if err := c.claim(ctx, picked); err != nil {
			return err
		}
		if len(picked) < ask {
			c.exhausted(lanes)
			c.noSuspects(queue)
		}
		n -= len(picked)
	}
	return nil
}

// lanes are those of a queue in which jobs and suspects are ready.
func (c *claiming) lanes(queue string) (lanes, suspects []int64) {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		if l.queue == queue && l.ready {
			lanes = append(lanes, l.lane)
		}
		if l.queue == queue && l.suspect && c.suspects > 0 {
			suspects = append(suspects, l.lane)
		}
	}
	return lanes, suspects
}

func without(list, those []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(list), func(v int64) bool { return slices.Contains(those, v) })
}

// heads are those lanes whose first jobs come first, maxArms if so many have any.
func (c *claiming) heads(ctx context.Context, lanes []int64) (first []int64, err error) {
	rows, err := c.tx.query(ctx, headsSQL, sqlstore.JSON(lanes), maxArms)
	err = each(rows, err, func(r *sql.Rows) error {
		var lane int64
		err := r.Scan(&lane)
		first = append(first, lane)
		return err
	})
	return first, err
}

// pick reads the first n jobs of these lanes, in the order of their queue.
func (c *claiming) pick(ctx context.Context, lanes, suspects []int64, n int) ([]row, error) {
	arms := 1
	for arms < len(lanes) {
		arms *= 2
	}
	in := make([]any, 3+arms)
	in[0], in[1], in[2] = n, max(c.suspects, 0), sqlstore.JSON(suspects)
	for i := range arms {
		in[3+i] = int64(0) // no lane
		if i < len(lanes) {
			in[3+i] = lanes[i]
		}
	}
	all := make([]row, 0, min(n, 1024))
	sheet := pickedShape.sheet()
	rows, err := c.tx.query(ctx, pickSQL[arms], in...)
	err = each(rows, err, func(q *sql.Rows) error {
		all = append(all, row{})
		r := &all[len(all)-1]
		if err := sheet.scan(q, r); err != nil {
			return err
		}
		if r.damage != nil {
			return errUnsound
		}
		return nil
	})
	slices.SortFunc(all, func(a, b row) int { // SQL promises no order here
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Ord, b.Ord), cmp.Compare(a.Seq, b.Seq))
	})
	return all, err
}

// claim makes picked jobs this worker's and puts them into the reply. What was
// picked from a lane is all of it up to the last one.
func (c *claiming) claim(ctx context.Context, picked []row) error {
	last := map[int64]*row{}
	count := map[int64]int64{}
	for i := range picked {
		r := &picked[i]
		if r.State == sqlstore.Suspect {
			if err := c.claimSuspect(ctx, r); err != nil {
				return err
			}
		} else {
			last[r.Lane] = r
			count[r.Lane]++
		}
		c.answer(r)
	}
	for lane, r := range last {
		if err := c.claimUpTo(ctx, r, count[lane]); err != nil {
			return err
		}
	}
	return nil
}

// claimUpTo claims the n jobs of a lane up to r. That there are n is the proof that
// the jobs are where their rows say: those picked are the first n of the lane, and so
// are those up to r.
func (c *claiming) claimUpTo(ctx context.Context, r *row, n int64) error {
	ran, err := c.tx.exec(ctx, runSQL, c.view.worker, int64(c.req.Token), c.now, c.view.beat, r.Lane, r.Priority, r.Ord, r.Seq)
	if err != nil {
		return err
	}
	left, err := c.tx.exec(ctx, leaveSQL, r.Lane, r.Priority, r.Ord, r.Seq)
	if err == nil && (ran != n || left != n) {
		err = errUnsound
	}
	return err
}

func (c *claiming) claimSuspect(ctx context.Context, r *row) error {
	c.suspects--
	_, err := c.tx.exec(ctx, runOneSQL, c.view.worker, int64(c.req.Token), c.now, c.view.beat, r.Seq)
	if err != nil {
		return err
	}
	left, err := c.tx.exec(ctx, suspectDeleteSQL, r.Lane, r.Priority, r.Ord, r.Seq)
	if err == nil && left != 1 {
		err = errUnsound
	}
	return err
}

// answer puts a claimed job into the reply, as its claimer sees it.
func (c *claiming) answer(r *row) {
	for i := range c.view.lanes {
		if l := &c.view.lanes[i]; l.lane == r.Lane {
			r.Queue, r.Kind = l.queue, l.kind
			break
		}
	}
	if r.Trail&sqlstore.TrailArgs != 0 {
		c.long = append(c.long, longRef{seq: r.Seq, job: len(c.reply.Jobs)})
	}
	c.reply.Jobs = append(c.reply.Jobs, r.TakenBy(c.req, c.now))
}

// exhausted notes in the view that these lanes have nothing more.
func (c *claiming) exhausted(lanes []int64) {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		l.ready = l.ready && !slices.Contains(lanes, l.lane)
	}
}

// noSuspects notes that a queue has none left, if some might still be taken.
func (c *claiming) noSuspects(queue string) {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		l.suspect = l.suspect && (l.queue != queue || c.suspects <= 0)
	}
}

// A longRef says which job of the reply has its arguments elsewhere.
type longRef struct {
	seq int64
	job int
}

// longArgs fetches long arguments.
func (c *claiming) longArgs(ctx context.Context) error {
	for _, ref := range c.long {
		r := &row{Job: sqlstore.Job{Seq: ref.seq, Args: c.reply.Jobs[ref.job].Args}}
		if err := r.readArgs(ctx, c.tx); err != nil {
			return err
		}
		if r.damage != nil {
			return errUnsound
		}
		c.reply.Jobs[ref.job].Args = r.Args
	}
	return nil
}
