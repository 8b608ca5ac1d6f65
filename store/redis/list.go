package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// scanAtOnce is how many jobs one List looks at, at most.
const scanAtOnce = 1000

// List answers one page of jobs; see [store.Inspector]. It goes through the places where
// they can be, one after the other; there is no index.
func (s *Store) List(ctx context.Context, req store.ListRequest) (store.Page, error) {
	l := listing{store: s, req: &req, limit: req.Limit}
	if l.limit <= 0 {
		l.limit = 100
	}
	l.limit = min(l.limit, scanAtOnce)
	if err := l.run(ctx); err != nil {
		return store.Page{}, fmt.Errorf("list: %w", err)
	}
	return l.page, nil
}

// listing is one List under way.
type listing struct {
	store *Store
	req   *store.ListRequest
	limit int
	now   time.Time
	found []found
	page  store.Page
}

func (l *listing) run(ctx context.Context) error {
	var at spot
	var err error
	if l.req.After != "" {
		if at, err = readSpot(l.req.After); err != nil {
			return err
		}
	}
	if l.now, err = l.store.now(ctx); err != nil {
		return err
	}
	places, err := l.store.places(ctx, &l.req.Filter)
	if err != nil {
		return err
	}
	if at.Key != "" {
		from := slices.IndexFunc(places, func(p place) bool { return p.key == at.Key })
		if from < 0 { // the queue or worker is gone: begin anew
			from, at = 0, spot{}
		}
		places = places[from:]
	}
	if err := l.walk(ctx, places, at); err != nil {
		return err
	}
	l.page.Jobs, err = l.store.records(ctx, l.found, l.now)
	return err
}

// walk goes through places until the page is full or enough was looked at.
func (l *listing) walk(ctx context.Context, places []place, at spot) error {
	scanned := 0
	for i := range places {
		p := &places[i]
		if at.Key != p.key {
			at = spot{Key: p.key}
		}
		for {
			if len(l.found) >= l.limit || scanned >= scanAtOnce {
				l.page.Next = at.token()
				return nil
			}
			jobs, _, done, err := l.store.page(ctx, p, at, l.atOnce())
			if err != nil {
				return err
			}
			n := l.take(jobs)
			for i := range jobs[:n] {
				at = at.behind(&jobs[i])
			}
			if scanned += n; done && n == len(jobs) {
				break
			}
		}
	}
	return nil
}

// atOnce is how many jobs to read: those that are wanted, or more where few of them may be
// the right ones.
func (l *listing) atOnce() int {
	left := l.limit - len(l.found)
	if f := &l.req.Filter; len(f.IDs)+len(f.Kinds)+len(f.Tags)+len(f.Queues) > 0 {
		return max(left, scanAtOnce/2)
	}
	return left
}

// take keeps the selected ones until the page is full, and says how many it looked at.
func (l *listing) take(jobs []found) int {
	for i := range jobs {
		if len(l.found) >= l.limit {
			return i
		}
		if jobs[i].selects(&l.req.Filter, l.now) {
			l.found = append(l.found, jobs[i])
		}
	}
	return len(jobs)
}

// records are jobs as they are shown, with what lies beside them.
func (s *Store) records(ctx context.Context, all []found, now time.Time) ([]store.Record, error) {
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].h.id
	}
	states, err := s.states(ctx, ids)
	if err != nil {
		return nil, err
	}
	journals, err := s.journals(ctx, all)
	if err != nil {
		return nil, err
	}
	records := make([]store.Record, len(all))
	for i := range all {
		records[i] = all[i].record(now)
		if it, ok := states[i]; ok {
			r := &records[i]
			r.Cursor, r.Progress = it.read()
			r.Cancelling = r.State == store.Running && it.cancelled != ""
		}
		records[i].Journal = journals[i]
	}
	return records, nil
}

func (f *found) record(now time.Time) store.Record {
	var r store.Record
	f.h.record(&r)
	r.Queue, r.State = queueName(f), f.state(now)
	if !r.State.Ended() {
		r.Why = "" // of an end that somebody undid
	}
	if f.err != nil {
		r.Failure = &store.Failure{Class: badJob, Message: f.err.Error()}
	}
	switch {
	case f.place.worker != "":
		token, _ := strconv.ParseUint(f.token, 16, 64)
		r.Worker, r.Token, r.ClaimedAt = f.place.worker, store.Token(token), f.h.claimed
	case f.place.becomesReady():
		r.DueAt = f.at()
	case f.place.state == store.Dead:
		r.EndedAt = f.at()
	}
	return r
}

// journals reads the journals of jobs that have one.
func (s *Store) journals(ctx context.Context, all []found) (map[int][]store.Run, error) {
	var commands rueidis.Commands
	var of []int
	for i := range all {
		if all[i].h.own.Journal {
			commands = append(commands, s.client.B().Lrange().Key(s.keys.journal(all[i].h.id)).Start(0).Stop(-1).Build())
			of = append(of, i)
		}
	}
	journals := map[int][]store.Run{}
	if len(commands) == 0 {
		return journals, nil
	}
	for n, r := range s.client.DoMulti(ctx, commands...) {
		lines, err := r.AsStrSlice()
		if err != nil && code(err) == "" {
			return nil, explained(err)
		}
		for _, text := range lines {
			var l line
			if json.Unmarshal([]byte(text), &l) == nil {
				journals[of[n]] = append(journals[of[n]], l.run())
			}
		}
	}
	return journals, nil
}
