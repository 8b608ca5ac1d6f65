package memory

import (
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A job is a record and where it stands.
type job struct {
	store.Record

	seq   uint64 // as enqueued; List goes by it
	gone  bool   // left the store
	place uint64 // decides between jobs that became due at one moment
	front bool   // went back to the front of its queue

	claimBeat uint64 // its worker's beat number when it was claimed
	saves     bool   // a save was applied to this claim
	saveSeq   uint64 // and this was the Seq of the last one

	keepUntil time.Time // of a done or cancelled one

	pile *pile // where it lies; nil while it runs
	pos  int   // and at which index
}

// heldBy says whether the job runs under this worker and claim.
func (j *job) heldBy(worker string, c store.Claim) bool {
	return j.State == store.Running && j.Worker == worker && j.Token == c.Token
}

// clean is a text as it is kept.
func clean(text string) string { return store.Clean(text, store.MaxMessage) }

// note adds a line to the journal; the first line and the newest stay.
func (s *Store) note(j *job, r store.Run) {
	if !s.features.Journal {
		return
	}
	r.Why = clean(r.Why)
	r.Cursor = slices.Clone(j.Cursor)
	j.Journal = append(j.Journal, r)
	if len(j.Journal) > store.MaxJournal {
		j.Journal = slices.Delete(j.Journal, 1, 2)
	}
}

// noteRun adds the run that ends now.
func (s *Store) noteRun(j *job, why string) {
	s.note(j, store.Run{Worker: j.Worker, From: j.ClaimedAt, Until: s.now(), Why: why})
}

// failure is f as it is kept.
func (s *Store) failure(f *store.Failure) *store.Failure {
	if f == nil {
		return nil
	}
	return &store.Failure{
		Class:   store.Clean(f.Class, store.MaxName),
		Message: clean(f.Message),
		Stack:   store.Clean(f.Stack, maxStack),
		At:      s.now(),
	}
}

// maxStack is how many bytes of a stack are kept.
const maxStack = 64 << 10

// record is a copy of the job that shares nothing with it.
func (j *job) record() store.Record {
	r := j.Record
	r.Args = slices.Clone(r.Args)
	r.Cursor = slices.Clone(r.Cursor)
	r.Result = slices.Clone(r.Result)
	r.Tags = slices.Clone(r.Tags)
	if r.Failure != nil {
		f := *r.Failure
		r.Failure = &f
	}
	r.Journal = slices.Clone(r.Journal)
	for i := range r.Journal {
		r.Journal[i].Cursor = slices.Clone(r.Journal[i].Cursor)
	}
	return r
}

// claimed is the copy that a claim answers: what a handler can see.
func (j *job) claimed() store.Record {
	r := j.Record
	r.Journal, r.Tick = nil, store.Tick{}
	c := job{Record: r}
	return c.record()
}

// before is the order of a queue.
func before(a, b *job) bool {
	switch {
	case a.Priority != b.Priority:
		return a.Priority < b.Priority
	case a.front != b.front:
		return a.front
	case !a.DueAt.Equal(b.DueAt):
		return a.DueAt.Before(b.DueAt)
	}
	return a.place < b.place
}

func dueBefore(a, b *job) bool {
	if !a.DueAt.Equal(b.DueAt) {
		return a.DueAt.Before(b.DueAt)
	}
	return a.place < b.place
}

func expiresBefore(a, b *job) bool { return a.keepUntil.Before(b.keepUntil) }

func endedBefore(a, b *job) bool { return a.EndedAt.Before(b.EndedAt) }

// bySeq orders jobs as enqueued.
func bySeq(a, b *job) int {
	switch {
	case a.seq < b.seq:
		return -1
	case a.seq > b.seq:
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}
