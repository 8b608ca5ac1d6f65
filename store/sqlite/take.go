package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	headsSQL = text("claim_heads")
	argsSQL  = text("args")
)

// maxArms is from how many lanes a statement takes; SQLite's own limit is 500.
const maxArms = 128

// takeSQL are the statements that take from 1, 2, 4, … maxArms lanes.
var takeSQL = func() map[int]string {
	all := map[int]string{}
	take, arm := text("claim_take"), text("claim_arm")
	for n := 1; n <= maxArms; n *= 2 {
		all[n] = strings.Replace(take, "/* arms */", strings.Repeat(arm+"\n", n), 1)
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
			var err error
			if lanes, err = c.heads(ctx, lanes); err != nil {
				return err
			}
			ask = min(n, maxArms)
		}
		took, err := c.claim(ctx, lanes, suspects, ask)
		if err != nil {
			return err
		}
		if took < ask {
			c.exhausted(queue, lanes)
		}
		n -= took
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

func (c *claiming) heads(ctx context.Context, lanes []int64) (first []int64, err error) {
	rows, err := c.tx.query(ctx, headsSQL, asJSON(lanes), maxArms)
	err = each(rows, err, func(r *sql.Rows) error {
		var lane int64
		err := r.Scan(&lane)
		first = append(first, lane)
		return err
	})
	return first, err
}

// claim takes up to n jobs of these lanes and answers how many.
func (c *claiming) claim(ctx context.Context, lanes, suspects []int64, n int) (int, error) {
	arms := 1
	for arms < len(lanes) {
		arms *= 2
	}
	in := make([]any, 7+arms)
	in[0], in[1], in[2], in[3] = c.view.worker, int64(c.req.Token), c.now, c.view.beat
	in[4], in[5], in[6] = n, max(c.suspects, 0), asJSON(suspects)
	for i := range arms {
		in[7+i] = int64(0) // no lane
		if i < len(lanes) {
			in[7+i] = lanes[i]
		}
	}
	taken := make([]row, 0, min(n, 1024))
	rows, err := c.tx.query(ctx, takeSQL[arms], in...)
	err = each(rows, err, func(r *sql.Rows) error {
		taken = append(taken, row{})
		return taken[len(taken)-1].scanClaimed(r)
	})
	if err != nil {
		return 0, err
	}
	c.answer(taken)
	return len(taken), nil
}

func (r *row) scanClaimed(rows *sql.Rows) error {
	return rows.Scan(&r.seq, &r.id, &r.lane, &r.priority, &r.ord, &r.created, &r.args, &r.ukey,
		&r.trail, &r.cursor, &r.progress, &r.more)
}

// answer puts taken jobs into the reply, in the order of their queue.
func (c *claiming) answer(taken []row) {
	slices.SortFunc(taken, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.ord, b.ord), cmp.Compare(a.seq, b.seq))
	})
	for i := range taken {
		r := &taken[i]
		if r.more.Deaths > 0 {
			c.suspects--
		}
		if r.trail&trailArgs != 0 {
			c.long = append(c.long, longRef{seq: r.seq, job: len(c.reply.Jobs)})
		}
		c.reply.Jobs = append(c.reply.Jobs, c.record(r))
	}
}

// record is a claimed job as its claimer sees it.
func (c *claiming) record(r *row) store.Record {
	r.state, r.format = running, store.Format
	for i := range c.view.lanes {
		if l := &c.view.lanes[i]; l.lane == r.lane {
			r.queue, r.kind = l.queue, l.kind
			break
		}
	}
	rec := r.record()
	rec.Tick = store.Tick{}
	rec.Worker, rec.Token, rec.ClaimedAt = c.req.Worker, c.req.Token, micros(c.now)
	return rec
}

// exhausted notes in the view that these lanes and the queue's suspects gave
// all they may.
func (c *claiming) exhausted(queue string, lanes []int64) {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		if l.queue != queue {
			continue
		}
		l.ready = l.ready && !slices.Contains(lanes, l.lane)
		l.suspect = l.suspect && c.suspects <= 0
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
		rows, err := c.tx.query(ctx, argsSQL, ref.seq)
		if err := one(rows, err, (*[]byte)(&c.reply.Jobs[ref.job].Args)); err != nil {
			return err
		}
	}
	return nil
}
