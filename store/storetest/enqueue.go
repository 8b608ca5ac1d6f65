package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var enqueuePromises = []promise{
	{"answers one Enqueued for each job in their order", nil, func(s *stage) {
		s.add(job("b"))
		got := s.enqueue(jobs("a", "b", "c")...)
		want := []store.Enqueued{{ID: "a", What: store.Added}, {ID: "b", What: store.Known}, {ID: "c", What: store.Added}}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			s.Fatalf("answered %v, want %v", got, want)
		}
	}},
	{"no jobs are nil and no error", nil, func(s *stage) {
		got, err := s.Enqueue(s.Context(), nil)
		if got != nil || err != nil {
			s.Fatalf("answered %v, %v", got, err)
		}
	}},
	{"puts all jobs into the store or none", nil, func(s *stage) {
		bad := job("c")
		bad.Args = json.RawMessage(`{`)
		_, err := s.Enqueue(s.Context(), append(jobs("a", "b"), bad, job("d")))
		s.is(err, store.ErrInvalid)
		s.lists(store.Filter{})
		s.add(jobs("a", "b", "d")...)
	}},
	{"refuses whatever Check refuses", nil, refusesInvalid},
	{"refuses a job with the error of who made it", nil, func(s *stage) {
		why, bad := errors.New("no JSON for a channel"), job("a")
		bad.Err = why
		_, err := s.Enqueue(s.Context(), []store.Job{bad})
		s.is(err, why)
		s.is(err, store.ErrInvalid)
		s.gone("a")
	}},
	{"takes arguments up to its limit and not a byte more", nil, func(s *stage) {
		limit := s.Features().MaxPayload
		if limit <= 0 {
			s.Fatalf("Features.MaxPayload is %d", limit)
		}
		fits, over := job("fits"), job("over")
		fits.Args = textOf(limit)
		over.Args = textOf(limit + 1)
		s.add(fits)
		_, err := s.Enqueue(s.Context(), []store.Job{over})
		s.is(err, store.ErrInvalid)
		if got := s.claimIDs("w", 1, "fits"); len(got[0].Args) != limit {
			s.Fatalf("%d bytes came back, want %d", len(got[0].Args), limit)
		}
	}},
	{"an id that is in the store is Known, in every state", nil, func(s *stage) {
		for _, id := range s.oneInEachState() {
			s.known(id)
		}
	}},
	{"an id is Known as long as its job is there", hasIDs, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Bury)
		s.sub.Advance(100 * time.Hour)
		s.pruneAll(0)
		s.known("a")
	}},
	{"an id is Known for 10 minutes after its job was done", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Finish)
		s.known("a")
		s.sub.Advance(store.Remember - time.Minute)
		s.pruneAll(0)
		s.known("a")
		s.gone("a")
	}},
	{"an id is Known for 10 minutes after its job was deleted", hasIDs, func(s *stage) {
		s.add(job("a"))
		s.sub.Advance(time.Hour)
		s.move(1, store.Deleted, store.Filter{IDs: []string{"a"}})
		s.sub.Advance(store.Remember - time.Minute)
		s.pruneAll(0)
		s.known("a")
		s.gone("a")
	}},
	{"an id is forgotten by Prune when 10 minutes are over", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Finish)
		s.sub.Advance(remembered(s) + time.Minute)
		s.pruneAll(0)
		s.add(job("a"))
		s.in("a", store.Ready)
	}},
	{"the same id twice in one call is decided in order", nil, func(s *stage) {
		first, second := job("a"), job("a")
		first.Args, second.Args = json.RawMessage(`1`), json.RawMessage(`2`)
		got := s.enqueue(first, second)
		if got[0].What != store.Added || got[1].What != store.Known {
			s.Fatalf("answered %v", got)
		}
		s.holds("the argument", s.get("a").Args, "1")
	}},
	{"a Known job changes nothing of the one that is there", nil, func(s *stage) {
		s.add(job("a"))
		again := job("a")
		again.Kind, again.Queue, again.Delay = "other", "other", time.Hour
		s.enqueue(again)
		if r := s.in("a", store.Ready); r.Kind != kind || r.Queue != store.DefaultQueue {
			s.Fatalf("the record became %+v", r.Job)
		}
	}},
	{"a delay makes the job scheduled until it is over", nil, func(s *stage) {
		s.beat("w")
		later := job("a")
		later.Delay = 10 * time.Minute
		s.add(later)
		r := s.in("a", store.Scheduled)
		s.near("from enqueue to due", r.DueAt.Sub(r.CreatedAt), 10*time.Minute)
		if r.Delay != 0 {
			s.Fatalf("a record's Delay is %v, want 0", r.Delay)
		}
		s.sub.Advance(9 * time.Minute)
		s.claimIDs("w", 1)
		s.in("a", store.Scheduled)
		s.sub.Advance(2 * time.Minute)
		s.in("a", store.Ready)
		s.claimIDs("w", 1, "a")
	}},
	{"delays are added by the store's clock", nil, func(s *stage) {
		s.add(job("before"))
		s.sub.Advance(1000 * time.Hour)
		later := job("after")
		later.Delay = time.Hour
		s.add(later)
		s.near("creations", s.get("after").CreatedAt.Sub(s.get("before").CreatedAt), 1000*time.Hour)
		s.near("due", s.get("after").DueAt.Sub(s.get("before").CreatedAt), 1001*time.Hour)
		s.in("after", store.Scheduled)
	}},
	{"a negative delay is none", nil, func(s *stage) {
		early := job("a")
		early.Delay = -time.Hour
		s.add(early)
		s.in("a", store.Ready)
		s.claimIDs("w", 1, "a")
	}},
	{"a job without a queue is in the default queue", nil, func(s *stage) {
		s.add(job("a"))
		if r := s.get("a"); r.Queue != store.DefaultQueue {
			s.Fatalf("queue %q", r.Queue)
		}
	}},
	{"a new record has no counts and this version's format", nil, func(s *stage) {
		s.add(job("a"))
		r := s.in("a", store.Ready)
		if r.Attempts+r.Interruptions+r.Releases+r.Deaths != 0 || r.Format != store.Format {
			s.Fatalf("new record: %+v", r)
		}
		if !r.ClaimedAt.IsZero() || !r.EndedAt.IsZero() || r.Worker != "" || r.CreatedAt.IsZero() {
			s.Fatalf("new record: %+v", r)
		}
	}},
	{"a tick that is not after its schedule's last one is Passed", hasTick, func(s *stage) {
		s.add(tick("a", "hourly", 100))
		s.becomes(store.Passed, tick("b", "hourly", 100))
		s.becomes(store.Passed, tick("c", "hourly", 99))
		s.becomes(store.Added, tick("d", "daily", 50))
		s.becomes(store.Added, tick("e", "hourly", 101))
		s.becomes(store.Passed, tick("f", "hourly", 101))
		s.gone("b")
		s.gone("c")
	}},
	{"a tick stays passed when its job is done and forgotten", hasTick, func(s *stage) {
		s.add(tick("a", "hourly", 100))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Finish)
		s.sub.Advance(time.Hour)
		s.pruneAll(0)
		s.becomes(store.Passed, tick("b", "hourly", 100))
		s.becomes(store.Passed, tick("a", "hourly", 100))
	}},
	{"ticks of one call are decided in order, and keep nobody out", hasTick, func(s *stage) {
		got := s.enqueue(tick("a", "x", 2), tick("b", "x", 1), tick("c", "x", 3), job("d"))
		want := []store.EnqueuedWhat{store.Added, store.Passed, store.Added, store.Added}
		for i := range want {
			if got[i].What != want[i] {
				s.Fatalf("answered %v, want %v", got, want)
			}
		}
	}},
	{"an id that is Known is not judged by its tick", hasTick, func(s *stage) {
		s.add(tick("a", "x", 2))
		s.becomes(store.Known, tick("a", "x", 2))
	}},
}

// tick is a job of a schedule.
func tick(id, schedule string, n int64) store.Job {
	j := job(id)
	j.Tick = store.Tick{Schedule: schedule, N: n}
	return j
}

// textOf is a JSON text of n bytes.
func textOf(n int) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat("x", n-2) + `"`)
}

// becomes enqueues one job and asserts the answer.
func (s *stage) becomes(want store.EnqueuedWhat, j store.Job) {
	s.Helper()
	if got := s.enqueue(j)[0]; got.What != want {
		s.Fatalf("job %s: %+v, want it %s", j.ID, got, want)
	}
}

// known asserts that an id is not taken again.
func (s *stage) known(id string) {
	s.Helper()
	if got := s.enqueue(job(id))[0]; got != (store.Enqueued{ID: id, What: store.Known}) {
		s.Fatalf("job %s: %+v, want it known", id, got)
	}
}

// oneInEachState brings a job into every state there is and answers their ids.
func (s *stage) oneInEachState() []string {
	s.Helper()
	s.one("w", "running")
	s.apply("w", store.Outcome{Claim: s.one("w", "retry"), Verb: store.Fail, Delay: time.Hour})
	s.end("w", s.one("w", "dead"), store.Bury)
	s.end("w", s.one("w", "cancelled"), store.Cancel)
	in := []string{"running", "retry", "dead", "cancelled", "scheduled", "ready"}
	if s.Features().Keep {
		kept := job("done")
		kept.Keep = time.Hour
		s.add(kept)
		s.end("w", of(s.claimIDs("w", 1, "done")[0]), store.Finish)
		in = append(in, "done")
	}
	later := job("scheduled")
	later.Delay = time.Hour
	s.add(later, job("ready"))
	for _, id := range in {
		s.in(id, store.State(id))
	}
	return in
}

// refusesInvalid tries one job for each rule of Check.
func refusesInvalid(s *stage) {
	wrong := map[string]func(*store.Job){
		"no id":            func(j *store.Job) { j.ID = "" },
		"id with a space":  func(j *store.Job) { j.ID = "a b" },
		"id not ASCII":     func(j *store.Job) { j.ID = "é" },
		"id too long":      func(j *store.Job) { j.ID = strings.Repeat("x", store.MaxID+1) },
		"no kind":          func(j *store.Job) { j.Kind = "" },
		"kind with NUL":    func(j *store.Job) { j.Kind = "a\x00" },
		"kind too long":    func(j *store.Job) { j.Kind = strings.Repeat("x", store.MaxName+1) },
		"queue not UTF-8":  func(j *store.Job) { j.Queue = "\xff" },
		"queue too long":   func(j *store.Job) { j.Queue = strings.Repeat("x", store.MaxName+1) },
		"key with newline": func(j *store.Job) { j.Unique = "a\nb" },
		"key too long":     func(j *store.Job) { j.Unique = strings.Repeat("x", store.MaxUnique+1) },
		"schedule":         func(j *store.Job) { j.Tick.Schedule = "\x01" },
		"args no JSON":     func(j *store.Job) { j.Args = json.RawMessage(`{"a":}`) },
		"args not UTF-8":   func(j *store.Job) { j.Args = json.RawMessage("\"\xff\"") },
		"args with NUL":    func(j *store.Job) { j.Args = json.RawMessage("\"\x00\"") },
		"priority":         func(j *store.Job) { j.Priority = -1 << 40 },
		"attempts":         func(j *store.Job) { j.MaxAttempts = -1 },
		"timeout":          func(j *store.Job) { j.Timeout = -1 },
		"keep":             func(j *store.Job) { j.Keep = -1 },
		"empty tag":        func(j *store.Job) { j.Tags = []string{""} },
		"tags too long":    func(j *store.Job) { j.Tags = []string{strings.Repeat("x", store.MaxTags+1)} },
	}
	for name, spoil := range wrong {
		bad := job("a")
		spoil(&bad)
		if _, err := s.Enqueue(s.Context(), []store.Job{bad}); !errors.Is(err, store.ErrInvalid) {
			s.Errorf("%s: error %v, want one that is ErrInvalid", name, err)
		}
	}
	s.lists(store.Filter{})
}

// remembered is how long an id is known at most. Where it counts from the Enqueue it may
// be twice as long.
func remembered(s *stage) time.Duration {
	if s.Features().IDs {
		return s.Features().Remember
	}
	return 2 * s.Features().Remember
}
