package redis

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// payloads whose first text that looks like a jid's is none, or is spelled apart.
var misleading = map[string]string{
	"arguments with a jid":    `{"class":"GoJob","args":[{"jid":"b"}],"jid":"a","queue":"default"}`,
	"spaces around the colon": `{ "class" : "GoJob", "args" : [], "jid" : "a", "queue" : "default" }`,
	"an escaped jid":          `{"class":"GoJob","args":[],"jid":"\u0061","queue":"default"}`,
	"two jids":                `{"class":"GoJob","jid":"b","args":[],"jid":"a","queue":"default"}`,
}

func TestAJobGoesOnAtItsCursorHoweverItsPayloadIsSpelled(t *testing.T) {
	for name, payload := range misleading {
		t.Run(name, func(t *testing.T) {
			db := redistest.Shared(t).DB(t)
			s := open(t, db)
			w := worker(t, s)
			redistest.Ask[int64](t, db, "LPUSH", "queue:default", payload)
			w.save(w.claim("GoJob"), 1, `42`, nil)
			if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone"}); err != nil || !r.Released {
				t.Fatalf("%+v, %v", r, err)
			}
			if job := worker(t, s).claim("GoJob"); job.ID != "a" || string(job.Cursor) != "42" {
				t.Errorf("job %s goes on at %s, it was at 42", job.ID, job.Cursor)
			}
		})
	}
}

func TestAJobTakenBackBeforeItsFirstSaveIsNotGivenAnothersCursor(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	redistest.Ask[int64](t, db, "HSET", "it-b", "c", "42", "ex", "1", "rt", "0.0")
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", misleading["arguments with a jid"])
	if job := worker(t, s).claim("GoJob"); job.Cursor != nil {
		t.Errorf("job %s begins at %s, which is another's", job.ID, job.Cursor)
	}
}

func TestAJobWithoutAJidGoesOnAtItsCursor(t *testing.T) {
	for name, payload := range map[string]string{
		"none":       `{"class":"GoJob","args":[],"queue":"default"}`,
		"a number":   `{"class":"GoJob","args":[],"jid":7,"queue":"default"}`,
		"with space": `{"class":"GoJob","args":[],"jid":"a b","queue":"default"}`,
	} {
		t.Run(name, func(t *testing.T) {
			db := redistest.Shared(t).DB(t)
			s := open(t, db)
			w := worker(t, s)
			redistest.Ask[int64](t, db, "LPUSH", "queue:default", payload)
			first := w.claim("GoJob")
			w.save(first, 1, `42`, nil)
			w.settle(store.Outcome{Claim: held(first), Verb: store.HandOver, Cursor: []byte(`43`), Seq: 2})
			second := w.claim("GoJob")
			if second.ID != first.ID || string(second.Cursor) != "43" {
				t.Errorf("%s goes on as %s at %s, it was at 43", first.ID, second.ID, second.Cursor)
			}
			if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone"}); err != nil || !r.Released {
				t.Fatalf("%+v, %v", r, err)
			}
			third := worker(t, s).claim("GoJob")
			if third.ID != first.ID || string(third.Cursor) != "43" {
				t.Errorf("%s goes on as %s at %s, it was at 43", first.ID, third.ID, third.Cursor)
			}
		})
	}
}
