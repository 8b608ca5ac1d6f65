package postgres

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	claimSQL   = named("claim").with(map[string]bool{"small": true})
	bigSQL     = query{"claim_big", named("claim").with(map[string]bool{"big": true}).text}
	promoteSQL = named("claim_promote")
	headsSQL   = named("claim_heads")
	theseSQL   = named("claim_these")
)

// promoteAtOnce bounds how many jobs of one lane a claim makes ready. If more became
// due since the last claim, the earliest are, and the order by priority holds among
// those.
const promoteAtOnce = 2000

// claimBytes is how many bytes of arguments and cursors one claim answers: the job that
// passes that is the last. Or a hundred jobs of some megabytes would be one answer.
const claimBytes = 8 << 20

// Claim takes due jobs for a worker; see [store.Consumer]. It is one statement,
// unless jobs became due, or suspects may be taken, or jobs are big.
func (s *Store) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	if req.Token == 0 {
		return store.ClaimReply{}, fmt.Errorf("claim: Token is zero: %w", store.ErrInvalid)
	}
	c := claiming{store: s, req: &req, queues: wants(req.Queues)}
	if err := c.run(ctx); err != nil {
		return store.ClaimReply{}, err
	}
	return c.reply, nil
}

// wants are the queues of a claim, each once.
func wants(queues []store.QueueWant) []store.QueueWant {
	var list []store.QueueWant
	for _, q := range queues {
		if i := slices.IndexFunc(list, func(w store.QueueWant) bool { return w.Name == q.Name }); i >= 0 {
			list[i].Share += q.Share
			continue
		}
		list = append(list, q)
	}
	return list
}

// claiming is one Claim under way.
type claiming struct {
	store    *Store
	req      *store.ClaimRequest
	queues   []store.QueueWant
	found    sight
	row      rawRow
	promoted bool // what is due still does not keep it from taking
	marked   bool // it did not read everything
	taken    []takenJob
	reply    store.ClaimReply
}

// A sight is what claim says beside jobs.
type sight struct {
	known   bool // the worker
	waits   bool // a job becomes due
	due     int64
	now     int64
	suspect bool // some may be taken
	more    bool // jobs than were asked for
	cut     bool // some were too many bytes
}

// A takenJob is a job that was claimed.
type takenJob struct {
	sqlstore.Job
	queue int64 // its number in the request
}

func (c *claiming) run(ctx context.Context) error {
	began := time.Now()
	marks := c.store.marks.use(began)
	c.marked = len(marks.lanes) > 0
	if err := c.claim(ctx, c.req.Max, marks); err != nil {
		return err
	}
	if c.marked && len(c.taken) < c.req.Max && !c.found.cut {
		if err := c.again(ctx); err != nil {
			return err
		}
	}
	if c.found.waits && c.found.due <= c.found.now {
		if err := c.promote(ctx); err != nil {
			return err
		}
	}
	c.store.marks.note(c, !c.marked, time.Since(began))
	if c.found.suspect && c.req.Max > 0 {
		if err := c.withSuspects(ctx); err != nil {
			return err
		}
	}
	c.answer()
	return nil
}

// again reads everything, for what is missing.
func (c *claiming) again(ctx context.Context) error {
	c.store.marks.forget()
	c.marked = false
	taken := c.taken
	c.taken = nil
	err := c.claim(ctx, c.req.Max-len(taken), noMarks())
	c.taken = append(taken, c.taken...)
	return err
}

// claim takes up to n ready jobs, if nothing has to be seen to first.
func (c *claiming) claim(ctx context.Context, n int, marks markList) error {
	names, shares := make([]string, len(c.queues)), make([]int32, len(c.queues))
	for i, q := range c.queues {
		names[i], shares[i] = q.Name, few(q.Share)
	}
	suspects := min(c.req.Suspects, c.req.Max)
	args := []any{c.req.Worker, int64(c.req.Token), few(n), names, shares, c.kinds(), int32(store.Format),
		few(suspects), marks.lanes, marks.priorities, marks.ords, marks.seqs, int64(claimBytes), c.promoted}
	err := c.take(ctx, claimSQL, args...)
	if err == nil && c.found.cut {
		err = c.take(ctx, bigSQL, args...)
	}
	return err
}

// few is a number of jobs as a parameter: what nobody means is a lot.
func few(n int) int32 { return int32(min(max(n, 0), math.MaxInt32-1)) }

// maxRoom is for how many jobs there is room before they come.
const maxRoom = 1000

func (c *claiming) kinds() []string { return append([]string{}, c.req.Kinds...) }

// take runs a statement that claims.
func (c *claiming) take(ctx context.Context, q query, args ...any) error {
	c.found, c.taken, c.row = sight{}, make([]takenJob, 0, min(max(c.req.Max, 0), maxRoom)), rawRow{}
	err := c.store.once(ctx, "claim", &call{query: q, args: args, row: c.read})
	if err == nil && !c.found.known {
		err = fmt.Errorf("claim: %w", store.ErrUnknownWorker)
	}
	return err
}

func (c *claiming) read(row scanner) error {
	r := &c.row
	if !r.of(row) {
		return fmt.Errorf("claim: rows are %T", row)
	}
	c.found.known = r.boolean()
	c.found.waits = !r.null()
	if c.found.waits {
		c.found.due = r.number()
	}
	c.found.now, c.found.suspect, c.found.more, c.found.cut = r.number(), r.boolean(), r.boolean(), r.boolean()
	if r.null() { // no job
		return r.err
	}
	c.taken = append(c.taken, takenJob{})
	j := &c.taken[len(c.taken)-1]
	j.queue, j.Lane, j.Seq, j.ID, j.Kind, j.Queue = r.number(), r.number(), r.number(), r.text(), r.name(), r.name()
	j.Priority, j.Ord, j.Created, j.Args, j.Key = r.number(), r.number(), r.number(), r.bytes(), r.text()
	more := r.json()
	j.Cursor = r.bytes()
	readJSON(&j.Job, more, r.json())
	return r.err
}

// promote makes ready what became due, and claims then.
func (c *claiming) promote(ctx context.Context) error {
	names := make([]string, len(c.queues))
	for i, q := range c.queues {
		names[i] = q.Name
	}
	promote := &call{query: promoteSQL, args: []any{names, c.kinds(), int32(store.Format), int32(promoteAtOnce)}}
	if err := c.store.once(ctx, "claim", promote); err != nil {
		return err
	}
	taken := c.taken
	c.taken, c.promoted = nil, true
	err := c.claim(ctx, c.req.Max-len(taken), noMarks())
	c.taken = append(taken, c.taken...)
	return err
}

// answer puts the taken jobs into the reply, in the order in which they shall start.
func (c *claiming) answer() {
	slices.SortFunc(c.taken, func(a, b takenJob) int { return placeOf(&a.Job).compare(placeOf(&b.Job)) })
	c.inOrder()
	if len(c.taken) > 0 {
		c.reply.Jobs = make([]store.Record, 0, len(c.taken))
	}
	for i := range c.taken {
		j := &c.taken[i]
		c.reply.Jobs = append(c.reply.Jobs, j.TakenBy(c.req, c.found.now))
	}
	c.reply.Wait = c.wait()
}

// inOrder puts jobs that are in the order of their queues into that of the request:
// first each queue's share, then the rest.
func (c *claiming) inOrder() {
	rank := map[int64]int{}
	rest := make(map[int64]bool, len(c.taken)) // by seq
	for i := range c.taken {
		j := &c.taken[i]
		rest[j.Seq] = rank[j.queue] >= c.queues[j.queue-1].Share
		rank[j.queue]++
	}
	slices.SortStableFunc(c.taken, func(a, b takenJob) int {
		if rest[a.Seq] != rest[b.Seq] {
			if rest[b.Seq] {
				return -1
			}
			return 1
		}
		return int(a.queue - b.queue)
	})
}

// wait is how long until there is more for such a claim.
func (c *claiming) wait() time.Duration {
	switch {
	case c.marked && len(c.reply.Jobs) > 0: // there may be more in front of the marks
		return 0
	case c.found.more || c.found.cut || c.found.suspect && c.req.Suspects > len(c.taken):
		if len(c.reply.Jobs) > 0 {
			return 0
		}
		return time.Microsecond
	case !c.found.waits:
		return -1
	}
	return max(time.Duration(c.found.due-c.found.now)*time.Microsecond, time.Microsecond)
}
