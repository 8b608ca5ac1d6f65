package redis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

const (
	// claimBytes is how many bytes of payloads one claim answers: the job that passes
	// that is the last.
	claimBytes = 8 << 20
	// claimMost is how many jobs one claim answers at most.
	claimMost = 2000
	// dueAtOnce is how many jobs that became due one look brings.
	dueAtOnce = 100
	// claimLooks bounds how often one claim looks at the queues, where there is something
	// to see to first.
	claimLooks = 20
)

// Claim takes due jobs for a worker; see [store.Consumer]. It is one round trip, unless
// jobs became due or there are jobs that nobody here knows.
func (s *Store) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	if req.Token == 0 {
		return store.ClaimReply{}, fmt.Errorf("claim: Token is zero: %w", store.ErrInvalid)
	}
	c := claiming{store: s, req: &req, left: min(req.Max, claimMost), suspects: req.Suspects, token: req.Token, wait: -1}
	for i := range req.Queues {
		q := want{QueueWant: req.Queues[i]}
		q.lanes[0] = lane{key: s.keys.suspects(q.Name), suspects: true}
		q.lanes[1] = lane{key: queueKey(q.Name)}
		for n := range q.lanes {
			q.lanes[n].mixed = s.mixed.is(q.lanes[n].key)
		}
		c.queues = append(c.queues, q)
	}
	if err := c.run(ctx); err != nil {
		// What was taken goes back: the second beat after this one does not name it.
		return store.ClaimReply{}, fmt.Errorf("claim: %w", err)
	}
	return c.reply(), nil
}

// A want is one queue of a claim.
type want struct {
	store.QueueWant
	lanes [2]lane // its suspects, its other jobs
}

// A lane is one list of a queue.
type lane struct {
	key      string
	suspects bool
	mixed    bool     // it holds jobs that are not to be taken blindly
	peeked   bool     // it was looked at
	known    []string // and these are to be taken
}

// claiming is one Claim under way.
type claiming struct {
	store    *Store
	req      *store.ClaimRequest
	queues   []want
	left     int // how many more may be taken
	suspects int // and how many of them suspects
	token    store.Token
	wait     time.Duration // until the next becomes due; negative: none
	more     bool          // there are more in the queues
	beyond   bool          // there may be more in those that were looked at
	strange  bool          // some were of unknown kinds
	jobs     []store.Record
}

func (c *claiming) run(ctx context.Context) error {
	for range claimLooks {
		if err := c.peekAll(ctx); err != nil {
			return err
		}
		seen, err := c.look(ctx)
		if err != nil {
			return err
		}
		again, err := c.sort(ctx, seen)
		if err != nil {
			return err
		}
		if len(seen.due) > 0 {
			if err := c.store.promote(ctx, seen.due); err != nil {
				if len(c.jobs) > 0 {
					return nil // these need not wait for those; a claim without any says so
				}
				return err
			}
			again = true
		}
		if !again || c.left <= 0 && len(seen.due) == 0 {
			break
		}
	}
	return nil
}

func (c *claiming) reply() store.ClaimReply {
	r := store.ClaimReply{Jobs: c.jobs, Wait: c.wait}
	switch {
	case (c.more || c.beyond) && len(c.jobs) > 0:
		r.Wait = 0
	case c.more || c.beyond || c.strange:
		r.Wait = soonest(r.Wait, strangeWait)
	}
	return r
}

// soonest is the shorter of two waits, of which negative ones are none.
func soonest(a, b time.Duration) time.Duration {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

// A sight is what the script claim answers.
type sight struct {
	now     int64
	due     []dueJob
	taken   []taking
	cursors map[int]iteration // by the job's number
}

// A dueJob is a member of a sorted set whose time has come.
type dueJob struct{ set, payload string }

// A taking is a job as it was taken.
type taking struct {
	token   store.Token
	queue   string
	lane    *lane
	payload string
}

// An iteration is what Sidekiq and tasuki keep of how far a job is.
type iteration struct{ jid, cursor, progress, cancelled string }

// look runs the script.
func (c *claiming) look(ctx context.Context) (*sight, error) {
	k := c.store.keys
	args := append(c.store.clock()[:2], strconv.Itoa(max(0, c.left)))
	args = append(args, tokenWords(c.token)...)
	args = append(args, strconv.Itoa(c.suspects), strconv.Itoa(claimBytes), strconv.Itoa(dueAtOnce), strconv.Itoa(peekDeepest),
		strconv.Itoa(int(c.store.options.UniqueFor.Seconds())))
	for i := range c.queues {
		q := &c.queues[i]
		args = append(args, q.Name, strconv.Itoa(min(max(0, q.Share), math.MaxInt32)))
		for n := range q.lanes {
			l := &q.lanes[n]
			args = append(append(args, digit(l.mixed), strconv.Itoa(len(l.known))), l.known...)
			l.known = nil
		}
	}
	msg, err := c.store.run(ctx, claimScript, []string{k.worker(c.req.Worker), k.claims(c.req.Worker)}, args)
	if err != nil {
		return nil, err
	}
	if n, err := msg.AsInt64(); err == nil {
		if n == 0 {
			return nil, fmt.Errorf("worker %q: %w", c.req.Worker, store.ErrUnknownWorker)
		}
		return nil, fmt.Errorf("token %v was used before: %w", c.token, store.ErrInvalid)
	}
	c.store.dueSeen.Store(int64(time.Since(c.store.began)))
	return c.read(&msg)
}

// tokenWords are a token as the script counts it up.
func tokenWords(t store.Token) []string {
	high, low := uint32(t>>32), uint32(t)
	return []string{hex(uint64(high))[8:], hex(uint64(high + 1))[8:], strconv.FormatUint(uint64(low), 10)}
}

// read reads what the script answers.
func (c *claiming) read(msg *rueidis.RedisMessage) (*sight, error) {
	part, err := msg.ToArray()
	if err != nil || len(part) != 6 {
		return nil, fmt.Errorf("reply of the script claim: %w", err)
	}
	s := &sight{cursors: map[int]iteration{}}
	s.now, _ = part[0].AsInt64()
	c.note(s.now, &part[1], &part[2])
	due, _ := part[3].AsStrSlice()
	for d := range slices.Chunk(due, 2) {
		s.due = append(s.due, dueJob{d[0], d[1]})
	}
	turns, _ := part[4].ToArray()
	for i := range turns {
		c.turn(s, &turns[i])
	}
	its, _ := part[5].ToArray()
	for i := range its {
		it, _ := its[i].ToArray()
		n, _ := it[0].AsInt64()
		words, _ := its[i].AsStrSlice()
		s.cursors[int(n)-1] = iteration{words[1], words[2], words[3], words[4]}
	}
	return s, nil
}

// note keeps when the next becomes due, and whether there are more.
func (c *claiming) note(now int64, next, more *rueidis.RedisMessage) {
	c.wait = -1
	if text, _ := next.ToString(); text != "" {
		if at, err := strconv.ParseFloat(text, 64); err == nil {
			c.wait = max(0, time.Duration(int64(math.Round(at*1e6))-now)*time.Microsecond)
		}
	}
	n, _ := more.AsInt64()
	c.more = n == 1
}

// turn reads what one queue gave.
func (c *claiming) turn(s *sight, msg *rueidis.RedisMessage) {
	words, err := msg.ToArray()
	if err != nil || len(words) < 2 {
		return
	}
	queue, _ := words[0].AsInt64()
	n, _ := words[1].AsInt64()
	q := &c.queues[queue-1]
	for i := 2; i < len(words); i++ {
		payload, _ := words[i].ToString()
		s.taken = append(s.taken, taking{c.token, q.Name, &q.lanes[n], payload})
		c.token++
	}
}
