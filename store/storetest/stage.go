package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A stage is one test with its store and what the test's workers count.
type stage struct {
	*testing.T
	store.Store
	sub     Subject
	beats   map[string]uint64 // by worker: the last number sent
	batches map[string]uint64 // by worker: the last batch sent
}

func newStage(t *testing.T, sub Subject) *stage {
	return &stage{T: t, Store: sub.Store, sub: sub, beats: map[string]uint64{}, batches: map[string]uint64{}}
}

// ok ends the test if err is one.
func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// is ends the test unless err wraps want.
func (s *stage) is(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("error %v, want one that is %v", err, want)
	}
}

// kind is what the tests' jobs and claims are of if they say nothing.
const kind = "k"

// job is a plain job.
func job(id string) store.Job { return store.Job{ID: id, Kind: kind} }

// jobs are plain jobs.
func jobs(ids ...string) []store.Job {
	js := make([]store.Job, len(ids))
	for i, id := range ids {
		js[i] = job(id)
	}
	return js
}

// enqueue enqueues and answers what became of each.
func (s *stage) enqueue(js ...store.Job) []store.Enqueued {
	s.Helper()
	became, err := s.Enqueue(s.Context(), js)
	s.ok(err)
	if len(became) != len(js) {
		s.Fatalf("Enqueue answered %d of %d jobs", len(became), len(js))
	}
	return became
}

// add enqueues jobs that must all be new.
func (s *stage) add(js ...store.Job) {
	s.Helper()
	for i, e := range s.enqueue(js...) {
		if e != (store.Enqueued{ID: js[i].ID, What: store.Added}) {
			s.Fatalf("Enqueue of %s: %+v, want it added", js[i].ID, e)
		}
	}
}

// beat sends a worker's next beat, which names these claims.
func (s *stage) beat(worker string, claims ...store.Claim) store.BeatReply {
	s.Helper()
	return s.beatAs(store.Worker{Name: worker, State: store.Working}, claims...)
}

// beatAs sends the next beat of a worker that says all this of itself.
func (s *stage) beatAs(w store.Worker, claims ...store.Claim) store.BeatReply {
	s.Helper()
	s.beats[w.Name]++
	w.Beat = s.beats[w.Name]
	reply, err := s.Beat(s.Context(), store.BeatRequest{Worker: w, Claims: claims})
	s.ok(err)
	if reply.Stale {
		s.Fatalf("beat %d of %s is stale", w.Beat, w.Name)
	}
	return reply
}

// from are queues in strict order.
func from(names ...string) []store.QueueWant {
	want := make([]store.QueueWant, len(names))
	for i, n := range names {
		want[i].Name = n
	}
	return want
}

// claimReply claims; what the request leaves out is filled in: a token, the
// default queue, the plain kind, and as many suspects as jobs.
func (s *stage) claimReply(req store.ClaimRequest) store.ClaimReply {
	s.Helper()
	if req.Token == 0 {
		req.Token = store.NewToken()
	}
	if req.Queues == nil {
		req.Queues = from(store.DefaultQueue)
	}
	if req.Kinds == nil {
		req.Kinds = []string{kind}
	}
	reply, err := s.Claim(s.Context(), req)
	s.ok(err)
	if len(reply.Jobs) > req.Max {
		s.Fatalf("claimed %d jobs, asked for %d", len(reply.Jobs), req.Max)
	}
	return reply
}

// claim takes up to n plain jobs, suspects too, for a worker that is made known
// if it is not.
func (s *stage) claim(worker string, n int) []store.Record {
	s.Helper()
	if s.beats[worker] == 0 {
		s.beat(worker)
	}
	return s.claimReply(store.ClaimRequest{Worker: worker, Max: n, Suspects: n}).Jobs
}

// claimIDs takes up to n plain jobs and asserts which.
func (s *stage) claimIDs(worker string, n int, ids ...string) []store.Record {
	s.Helper()
	got := s.claim(worker, n)
	s.sameIDs(got, ids...)
	return got
}

// one adds a plain job and claims it.
func (s *stage) one(worker, id string) store.Claim {
	s.Helper()
	s.add(job(id))
	return of(s.claimIDs(worker, 1, id)[0])
}

// of is a record's claim.
func of(r store.Record) store.Claim { return store.Claim{ID: r.ID, Token: r.Token} }

// claimsOf are the claims of records.
func claimsOf(rs []store.Record) []store.Claim {
	cs := make([]store.Claim, len(rs))
	for i, r := range rs {
		cs[i] = of(r)
	}
	return cs
}

// settle sends a worker's next batch.
func (s *stage) settle(worker string, os ...store.Outcome) []store.Result {
	s.Helper()
	s.batches[worker]++
	return s.settleBatch(worker, s.batches[worker], os...)
}

// settleBatch sends a batch of a number.
func (s *stage) settleBatch(worker string, batch uint64, os ...store.Outcome) []store.Result {
	s.Helper()
	reply, err := s.Settle(s.Context(), store.SettleRequest{Worker: worker, Batch: batch, Outcomes: os})
	s.ok(err)
	if len(reply.Results) != len(os) {
		s.Fatalf("Settle answered %d of %d outcomes", len(reply.Results), len(os))
	}
	return reply.Results
}

// apply settles outcomes that must all be applied.
func (s *stage) apply(worker string, os ...store.Outcome) {
	s.Helper()
	for i, r := range s.settle(worker, os...) {
		if r.What != store.Applied {
			s.Fatalf("%s of %s: %+v, want it applied", os[i].Verb, os[i].ID, r)
		}
	}
}

// end settles one claim with a bare verb.
func (s *stage) end(worker string, c store.Claim, verb store.Verb) {
	s.Helper()
	s.apply(worker, store.Outcome{Claim: c, Verb: verb, Why: "because"})
}

// die releases a worker as it stood at its last beat, until nothing is left.
func (s *stage) die(worker string, maxDeaths int) store.ReleaseReply {
	s.Helper()
	var all store.ReleaseReply
	for all.Left = 1; all.Left > 0; {
		reply, err := s.Release(s.Context(), store.ReleaseRequest{
			Worker: worker, Beat: s.beats[worker], Why: "released: " + worker + " died", MaxDeaths: maxDeaths,
		})
		s.ok(err)
		if !reply.Released {
			s.Fatalf("%s was not released at its beat %d", worker, s.beats[worker])
		}
		all.Jobs, all.Left = append(all.Jobs, reply.Jobs...), reply.Left
	}
	s.beats[worker], s.batches[worker] = 0, 0
	return all
}

// find is the record of a job, if the store has it.
func (s *stage) find(id string) (store.Record, bool) {
	s.Helper()
	got := s.all(store.Filter{IDs: []string{id}})
	if len(got) > 1 {
		s.Fatalf("List of the one id %s: %d jobs", id, len(got))
	}
	if len(got) == 0 {
		return store.Record{}, false
	}
	return got[0], true
}

// get is the record of a job that must be there.
func (s *stage) get(id string) store.Record {
	s.Helper()
	r, ok := s.find(id)
	if !ok {
		s.Fatalf("job %s is not in the store", id)
	}
	return r
}

// in asserts a job's state and answers its record.
func (s *stage) in(id string, want store.State) store.Record {
	s.Helper()
	r := s.get(id)
	if r.State != want {
		s.Fatalf("job %s is %s, want %s", id, r.State, want)
	}
	return r
}

// gone asserts that the store holds no record of a job.
func (s *stage) gone(id string) {
	s.Helper()
	if r, ok := s.find(id); ok {
		s.Fatalf("job %s is still there, %s", id, r.State)
	}
}

// all lists what a filter selects, by the biggest pages.
func (s *stage) all(f store.Filter) []store.Record {
	s.Helper()
	return s.rest(store.ListRequest{Filter: f, Limit: 1000})
}

// rest lists from a request's page to the last one. A page may hold fewer jobs
// than it could, even none.
func (s *stage) rest(req store.ListRequest) []store.Record {
	s.Helper()
	var got []store.Record
	for seen := map[string]bool{}; ; {
		page, err := s.List(s.Context(), req)
		s.ok(err)
		if seen[page.Next] {
			s.Fatalf("the page after %q says that it comes next itself", page.Next)
		}
		seen[page.Next] = true
		if len(page.Jobs) > req.Limit {
			s.Fatalf("a page of %d holds %d jobs", req.Limit, len(page.Jobs))
		}
		got = append(got, page.Jobs...)
		if req.After = page.Next; req.After == "" {
			return got
		}
	}
}

// lists asserts what a filter selects, newest first where the store has that
// order.
func (s *stage) lists(f store.Filter, want ...string) {
	s.Helper()
	s.listed(s.all(f), want...)
}

// listed asserts which jobs were listed.
func (s *stage) listed(got []store.Record, want ...string) {
	s.Helper()
	have := ids(got)
	if !s.Features().Order {
		slices.Sort(have)
		want = slices.Sorted(slices.Values(want))
	}
	if !slices.Equal(have, want) {
		s.Fatalf("listed %q, want %q", have, want)
	}
}

// unfinished asserts which jobs there are that are not done.
func (s *stage) unfinished(want ...string) {
	s.Helper()
	s.sameIDs(slices.DeleteFunc(s.all(store.Filter{}), func(r store.Record) bool { return r.State == store.Done }), want...)
}

func ids(rs []store.Record) []string {
	is := make([]string, len(rs))
	for i, r := range rs {
		is[i] = r.ID
	}
	return is
}

// sameIDs asserts which jobs these are, in order.
func (s *stage) sameIDs(got []store.Record, want ...string) {
	s.Helper()
	if !slices.Equal(ids(got), want) {
		s.Fatalf("jobs %q, want %q", ids(got), want)
	}
}

// move moves jobs and asserts how many.
func (s *stage) move(want int, to store.State, f store.Filter) {
	s.Helper()
	n, err := s.Move(s.Context(), store.MoveRequest{Filter: f, To: to, Why: "by hand"})
	s.ok(err)
	if n != want {
		s.Fatalf("moved %d jobs to %s, want %d", n, to, want)
	}
}

// pruneAll prunes until there is no more to do and answers how much it was.
func (s *stage) pruneAll(dead time.Duration) int {
	s.Helper()
	for sum := 0; ; {
		reply, err := s.Prune(s.Context(), store.PruneRequest{Dead: dead})
		s.ok(err)
		if sum += reply.Deleted; !reply.More {
			return sum
		}
	}
}

// slack is how far times of a store whose clock runs by itself may be off.
const slack = 20 * time.Second

// near asserts that two durations are about the same.
func (s *stage) near(what string, got, want time.Duration) {
	s.Helper()
	if (got - want).Abs() > slack {
		s.Fatalf("%s: %v, want about %v", what, got, want)
	}
}
