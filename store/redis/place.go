package redis

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// A place is one key in which jobs are.
type place struct {
	state   store.State // of the jobs there, as long as their time has not come
	key     string
	queue   string // of a list
	worker  string // of claims
	suspect bool
}

// A spot is where in a place a page begins.
type spot struct {
	Key   string  `json:"k"`
	Score float64 `json:"s,omitempty"` // of a sorted set
	Skip  int     `json:"n,omitempty"` // how many of that score, or of a list or of claims, are behind
}

func (s spot) token() string {
	raw, _ := json.Marshal(s) // a text and numbers
	return base64.RawURLEncoding.EncodeToString(raw)
}

func readSpot(token string) (spot, error) {
	var s spot
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil || s.Key == "" || s.Skip < 0 {
		return s, fmt.Errorf("%w: After is no page's Next", store.ErrInvalid)
	}
	return s, nil
}

// A found is a job where it lies.
type found struct {
	place *place
	text  string // as it lies there
	token string // of a claim
	score float64
	h     *holding
	err   error // it is no job
}

// places are where jobs that a filter selects can be.
func (s *Store) places(ctx context.Context, f *store.Filter) ([]place, error) {
	wants := func(states ...store.State) bool {
		return len(f.States) == 0 || slices.ContainsFunc(f.States, func(w store.State) bool { return slices.Contains(states, w) })
	}
	var all []place
	if wants(store.Running) {
		workers, err := s.workersOf(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, w := range workers {
			all = append(all, place{state: store.Running, key: s.keys.claims(w), worker: w})
		}
	}
	if f.Worker != "" {
		return all, nil
	}
	if wants(store.Ready) {
		queues, err := s.queues(ctx)
		if err != nil {
			return nil, err
		}
		for _, q := range queues {
			if len(f.Queues) == 0 || slices.Contains(f.Queues, q) {
				all = append(all, place{state: store.Ready, key: queueKey(q), queue: q},
					place{state: store.Ready, key: s.keys.suspects(q), queue: q, suspect: true})
			}
		}
	}
	for _, p := range []place{{state: store.Scheduled, key: scheduleKey}, {state: store.Retry, key: retryKey}, {state: store.Dead, key: deadKey},
		{state: store.Done, key: s.keys.done()}, {state: store.Cancelled, key: s.keys.cancelled()}} {
		if wants(p.state) || p.becomesReady() && wants(store.Ready) {
			all = append(all, p)
		}
	}
	return all, nil
}

func (p *place) becomesReady() bool { return p.state == store.Scheduled || p.state == store.Retry }

// workersOf are the workers whose claims a filter may select.
func (s *Store) workersOf(ctx context.Context, f *store.Filter) ([]string, error) {
	if f.Worker != "" {
		return []string{f.Worker}, nil
	}
	names, err := s.client.Do(ctx, s.client.B().Zrange().Key(s.keys.workers()).Min("0").Max("-1").Build()).AsStrSlice()
	return names, explained(err)
}

// queues are the names of all queues that there are, in order.
func (s *Store) queues(ctx context.Context) ([]string, error) {
	b := s.client.B
	var all []string
	for _, r := range s.client.DoMulti(ctx, b().Smembers().Key(queuesKey).Build(), b().Smembers().Key(s.keys.suspected()).Build(),
		b().Smembers().Key(pausedKey).Build()) {
		names, err := r.AsStrSlice()
		if err != nil && code(err) != "WRONGTYPE" {
			return nil, explained(err)
		}
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// page reads up to n jobs of a place from a spot on, and where it goes on; done says that
// it does not.
func (s *Store) page(ctx context.Context, p *place, at spot, n int) (jobs []found, next spot, done bool, err error) {
	switch {
	case p.worker != "":
		jobs, err = s.claimsPage(ctx, p, at, n)
	case p.queue != "":
		jobs, err = s.listPage(ctx, p, at, n)
	default:
		jobs, err = s.setPage(ctx, p, at, n)
	}
	for i := range jobs {
		at = at.behind(&jobs[i])
	}
	return jobs, at, len(jobs) < n, err
}

// behind is where a page begins that goes on behind a job.
func (s spot) behind(f *found) spot {
	if f.score != s.Score { // the score of what is in no sorted set is 0
		s.Score, s.Skip = f.score, 0
	}
	s.Skip++
	return s
}

// claimsPage reads what a worker holds, those that were claimed last first.
func (s *Store) claimsPage(ctx context.Context, p *place, at spot, n int) ([]found, error) {
	claims, err := s.client.Do(ctx, s.client.B().Hgetall().Key(p.key).Build()).AsStrMap()
	if err != nil && !rueidis.IsRedisNil(err) {
		return nil, skipWrong(err)
	}
	var jobs []found
	for token, value := range claims {
		h, err := readHolding(value)
		jobs = append(jobs, found{place: p, text: value, token: token, h: h, err: err})
	}
	slices.SortFunc(jobs, func(a, b found) int { return strings.Compare(a.token, b.token) })
	from := min(at.Skip, len(jobs))
	return jobs[from:min(from+n, len(jobs))], nil
}

func (s *Store) listPage(ctx context.Context, p *place, at spot, n int) ([]found, error) {
	texts, err := s.client.Do(ctx, s.client.B().Lrange().Key(p.key).Start(int64(at.Skip)).Stop(int64(at.Skip+n-1)).Build()).AsStrSlice()
	if err != nil {
		return nil, skipWrong(err)
	}
	jobs := make([]found, len(texts))
	for i, text := range texts {
		j, err := readJob(text)
		jobs[i] = found{place: p, text: text, h: &holding{job: j, queue: p.queue, suspect: p.suspect}, err: err}
	}
	return jobs, nil
}

// setPage reads a sorted set: what is due first, or what ended last.
func (s *Store) setPage(ctx context.Context, p *place, at spot, n int) ([]found, error) {
	from, to := "-inf", "+inf"
	if p.state.Ended() {
		from, to = to, from
	}
	if at.Skip > 0 {
		from = strconv.FormatFloat(at.Score, 'f', -1, 64)
	}
	read := s.client.B().Zrangebyscore().Key(p.key).Min(from).Max(to).Withscores().Limit(int64(at.Skip), int64(n)).Build()
	if p.state.Ended() {
		read = s.client.B().Zrevrangebyscore().Key(p.key).Max(from).Min(to).Withscores().Limit(int64(at.Skip), int64(n)).Build()
	}
	members, err := s.client.Do(ctx, read).AsZScores()
	if err != nil {
		return nil, skipWrong(err)
	}
	jobs := make([]found, len(members))
	for i, m := range members {
		j, err := readJob(m.Member)
		jobs[i] = found{place: p, text: m.Member, score: m.Score, h: &holding{job: j, queue: j.queue()}, err: err}
	}
	return jobs, nil
}

// skipWrong leaves out what has another type than Sidekiq's.
func skipWrong(err error) error {
	if code(err) == "WRONGTYPE" {
		return nil
	}
	return explained(err)
}

// now is the server's clock.
func (s *Store) now(ctx context.Context) (time.Time, error) {
	part, err := s.client.Do(ctx, s.client.B().Time().Build()).AsStrSlice()
	if err != nil || len(part) != 2 {
		return time.Time{}, explained(err)
	}
	sec, _ := strconv.ParseInt(part[0], 10, 64)
	us, _ := strconv.ParseInt(part[1], 10, 64)
	return moment(sec*1e6 + us + s.ahead.Load()), nil
}

// at is the moment of a score.
func (f *found) at() time.Time { return moment(int64(f.score*1e6 + 0.5)) }

// state is what a job is in, at a time.
func (f *found) state(now time.Time) store.State {
	if f.place.becomesReady() && !f.at().After(now) {
		return store.Ready
	}
	return f.place.state
}

// selects says whether a filter selects a job.
func (f *found) selects(filter *store.Filter, now time.Time) bool {
	if f.h == nil {
		return false
	}
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	return in(filter.IDs, f.h.id) && in(filter.Queues, queueName(f)) && in(filter.Kinds, f.h.kind) &&
		(len(filter.States) == 0 || slices.Contains(filter.States, f.state(now))) &&
		(len(filter.Tags) == 0 || slices.ContainsFunc(f.h.tags(), func(t string) bool { return slices.Contains(filter.Tags, t) })) &&
		(filter.Worker == "" || f.place.worker == filter.Worker)
}

func queueName(f *found) string {
	if f.h.queue == "" {
		return store.DefaultQueue
	}
	return f.h.queue
}
