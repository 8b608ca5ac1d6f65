package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
)

var dataPromises = []promise{
	{"arguments keep their value, every digit and name of it", nil, func(s *stage) {
		for i, text := range oddJSON {
			j := job(fmt.Sprintf("j%d", i))
			j.Args = raw(text)
			s.add(j)
		}
		for i, r := range s.claim("w", len(oddJSON)) {
			s.holds("a claimed argument", r.Args, oddJSON[i])
			s.holds("a listed argument", s.get(r.ID).Args, oddJSON[i])
		}
	}},
	{"empty arguments are null", nil, func(s *stage) {
		s.add(job("a"))
		s.holds("the argument", s.claimIDs("w", 1, "a")[0].Args, "null")
	}},
	{"cursors keep their value", hasCursor, func(s *stage) {
		for i, text := range oddJSON {
			id := fmt.Sprintf("j%d", i)
			s.apply("w", store.Outcome{Claim: s.one("w", id), Verb: store.HandOver, Cursor: raw(text)})
			s.holds("a cursor", s.claimIDs("w", 1, id)[0].Cursor, text)
		}
	}},
	{"results keep their value", hasKeep, func(s *stage) {
		for i, text := range oddJSON {
			id := fmt.Sprintf("j%d", i)
			s.addKept(id, store.KeepJournal)
			s.apply("w", store.Outcome{Claim: of(s.claimIDs("w", 1, id)[0]), Verb: store.Finish, Result: raw(text)})
			s.holds("a result", s.get(id).Result, text)
		}
	}},
	{"names and keys beyond ASCII come back as they are", hasUnique, func(s *stage) {
		odd := store.Job{ID: "a", Kind: "größe/𝔘 k", Queue: "очередь 🎽", Unique: "key-𝔘-\u00a0"}
		s.add(odd)
		s.beat("w")
		r := s.claimReply(store.ClaimRequest{Worker: "w", Max: 1, Kinds: []string{odd.Kind}, Queues: from(odd.Queue)}).Jobs
		s.sameIDs(r, "a")
		if r[0].Kind != odd.Kind || r[0].Queue != odd.Queue || r[0].Unique != odd.Unique {
			s.Fatalf("claimed %+v", r[0].Job)
		}
	}},
	{"odd texts of an outcome are kept clean and hold up nobody", nil, func(s *stage) {
		for i, text := range oddTexts {
			s.add(jobs(fmt.Sprintf("odd%d", i), fmt.Sprintf("plain%d", i))...)
			got := claimsOf(s.claim("w", 2))
			s.apply("w", store.Outcome{Claim: got[0], Verb: store.Bury, Why: text,
				Failure: &store.Failure{Class: text, Message: text, Stack: text}}, bare(got[1], store.Finish))
			s.gone(got[1].ID)
			r := s.in(got[0].ID, store.Dead)
			if r.Failure == nil {
				s.Fatalf("text %d: no failure", i)
			}
			for _, kept := range []string{r.Why, r.Failure.Class, r.Failure.Message, r.Failure.Stack} {
				s.isClean(kept)
			}
			if want := store.Clean(text, store.MaxMessage); r.Failure.Message != want {
				s.Fatalf("message %q, want %q", clip(r.Failure.Message), clip(want))
			}
		}
	}},
	{"odd texts of each verb hold up nobody", nil, func(s *stage) {
		for i, verb := range allVerbs(s) {
			s.add(job(fmt.Sprint(i)))
			o := store.Outcome{Claim: of(s.claim("w", 1)[0]), Verb: verb, Why: oddTexts[0], Failure: &store.Failure{Message: oddTexts[0]}}
			if s.Features().Cursor {
				o.Progress, o.Seq = &store.Progress{Note: oddTexts[0]}, 1
			}
			s.apply("w", o)
			if r, ok := s.find(fmt.Sprint(i)); ok {
				s.isClean(r.Progress.Note)
				s.isClean(r.Why)
			}
			s.die("w", 0)
			if verb != store.Finish {
				s.move(1, store.Deleted, store.Filter{IDs: []string{fmt.Sprint(i)}})
			}
		}
	}},
	{"odd texts of a release and a move are kept clean", nil, func(s *stage) {
		s.one("w", "a")
		r, err := s.Release(s.Context(), store.ReleaseRequest{Worker: "w", Beat: s.beats["w"], Why: oddTexts[0], MaxDeaths: 1})
		s.ok(err)
		if !r.Released {
			s.Fatal("not released")
		}
		s.isClean(s.in("a", store.Dead).Why)
		s.add(job("b"))
		n, err := s.Move(s.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"b"}}, To: store.Dead, Why: oddTexts[0]})
		s.ok(err)
		if n != 1 {
			s.Fatalf("moved %d", n)
		}
		s.isClean(s.in("b", store.Dead).Why)
	}},
	{"counts and durations at their ends come back", nil, func(s *stage) {
		j := job("a")
		j.MaxAttempts, j.Timeout = 1<<31-1, 2400*time.Hour
		if s.Features().Priority {
			j.Priority = -1 << 31
		}
		s.add(j)
		if r := s.claimIDs("w", 1, "a")[0]; r.MaxAttempts != j.MaxAttempts || r.Timeout != j.Timeout || r.Priority != j.Priority {
			s.Fatalf("claimed %+v", r.Job)
		}
	}},
	{"requests are not changed", nil, func(s *stage) {
		s.addTo("b", "b1")
		given := jobs("a", "c")
		given[0].Queue = "a"
		s.unchanged(&given, func() { s.add(given...) })
		s.beat("w")
		claim := store.ClaimRequest{
			Worker: "w", Token: store.NewToken(), Max: 9, Kinds: []string{"other", kind}, Queues: from("b", "a", store.DefaultQueue),
		}
		var got []store.Record
		s.unchanged(&claim, func() { got = s.claimReply(claim).Jobs })
		s.sameIDs(got, "b1", "a", "c")
		beat := []store.Claim{of(got[2]), {ID: "none", Token: 1}, of(got[1]), of(got[0])}
		s.unchanged(&beat, func() { s.beat("w", beat...) })
		outcomes := []store.Outcome{bare(of(got[2]), store.Finish), bare(beat[1], store.Finish), bare(of(got[0]), store.HandOver)}
		s.unchanged(&outcomes, func() { s.settle("w", outcomes...) })
	}},
	{"what a request was made of may change afterwards", nil, func(s *stage) {
		j := job("a")
		j.Args = raw(`{"n":1}`)
		if s.Features().Tags {
			j.Tags = []string{"red"}
		}
		given := []store.Job{j}
		s.add(given...)
		spoil(j.Args)
		given[0].Kind = "spoilt"
		for i := range j.Tags {
			j.Tags[i] = "spoilt"
		}
		r := s.get("a")
		s.holds("the argument", r.Args, `{"n":1}`)
		if r.Kind != kind || len(r.Tags) > 0 && r.Tags[0] != "red" {
			s.Fatalf("the record became %+v", r.Job)
		}
	}},
	{"what an outcome was made of may change afterwards", all(hasCursor, hasThen), func(s *stage) {
		c := s.one("w", "a")
		cursor, next := raw(`{"n":1}`), job("b")
		next.Args = raw(`{"n":1}`)
		o := store.Outcome{Claim: c, Verb: store.HandOver, Cursor: cursor, Enqueue: []store.Job{next}}
		o.Progress = &store.Progress{Done: 1}
		s.apply("w", o)
		spoil(cursor)
		spoil(next.Args)
		o.Progress.Done = 99
		s.stands("a", `{"n":1}`)
		s.holds("the argument", s.get("b").Args, `{"n":1}`)
		if r := s.get("a"); r.Progress.Done != 1 {
			s.Fatalf("progress %+v", r.Progress)
		}
	}},
	{"what a beat was made of may change afterwards", nil, func(s *stage) {
		queues := []string{"a"}
		s.beatAs(store.Worker{Name: "w", Queues: queues})
		queues[0] = "spoilt"
		if w := s.workers()[0]; len(w.Queues) != 1 || w.Queues[0] != "a" {
			s.Fatalf("stored %+v", w)
		}
	}},
	{"what a claim answered may be changed", nil, func(s *stage) {
		j := job("a")
		j.Args = raw(`{"n":1}`)
		s.add(j)
		got := s.claimIDs("w", 1, "a")
		spoil(got[0].Args)
		s.end("w", of(got[0]), store.HandOver)
		s.holds("the argument", s.claimIDs("w", 1, "a")[0].Args, `{"n":1}`)
	}},
	{"what List and Workers answered may be changed", nil, func(s *stage) {
		j := job("a")
		j.Args = raw(`{"n":1}`)
		s.add(j)
		s.beatAs(store.Worker{Name: "w", Queues: []string{"q"}})
		c := of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.Bury, Why: "w", Failure: &store.Failure{Message: "m"}})
		r := s.get("a")
		spoil(r.Args)
		r.Failure.Message = "spoilt"
		for i := range r.Journal {
			r.Journal[i].Why = "spoilt"
		}
		s.workers()[0].Queues[0] = "spoilt"
		r = s.get("a")
		s.holds("the argument", r.Args, `{"n":1}`)
		if r.Failure.Message != "m" || len(r.Journal) > 0 && r.Journal[0].Why != "w" {
			s.Fatalf("the record became %+v", r)
		}
		if w := s.workers()[0]; w.Queues[0] != "q" {
			s.Fatalf("the worker became %+v", w)
		}
	}},
	{"what Settle answered may be changed", nil, func(s *stage) {
		c := s.one("w", "a")
		got := s.settleBatch("w", 1, bare(c, store.Finish))
		got[0].What = store.Refused
		s.results(s.settleBatch("w", 1, bare(c, store.Finish)), store.Already)
	}},
}

// oddJSON are valid texts that a store may be tempted to write anew.
var oddJSON = []string{
	`12345678901234567890`, `1.0`, `-0`, `1e400`, `0.1000000000000000055511151231257827`,
	`[]`, `{}`, `""`, `null`, `"null"`, `true`, `[[[[]]]]`,
	`{"b":1,"a":2,"b":3}`, ` { "spaced" :  [ 1 ,2 ] } `, "[1,\n\t2]",
	`"a/b \/ <>&"`, `"\u0041\u00e9\ud83c\udfbd"`, `"𝔘🎽é"`, `"\u0000"`, `"\ud800"`, "\"\u2028\u2029\ufeff\"",
	`"'; DROP TABLE jobs; --"`, `"%s %d $1 ? :name"`,
}

// oddTexts are texts that no database takes as they are, or too long ones.
var oddTexts = []string{
	"NUL \x00 and \xff\xfe no UTF-8, half a rune \xf0\x9f",
	"\x00", "\xff", "", "𝔘🎽 beyond the BMP", "'; DROP TABLE jobs; -- \\ \" $1 %s",
	strings.Repeat("long 🎽", store.MaxMessage),
	strings.Repeat("\xff", store.MaxMessage+1),
}

// unchanged asserts that a call leaves what is handed to it as it is.
func (s *stage) unchanged(request any, call func()) {
	s.Helper()
	before := fmt.Sprintf("%+v", request)
	call()
	if after := fmt.Sprintf("%+v", request); after != before {
		s.Fatalf("the request became\n%s\nit was\n%s", after, before)
	}
}

// isClean asserts that a text is as Clean makes it.
func (s *stage) isClean(text string) {
	s.Helper()
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		s.Fatalf("a text was kept as %q", clip(text))
	}
}

// spoil overwrites bytes that the caller has.
func spoil(text json.RawMessage) {
	copy(text, bytes.Repeat([]byte("9"), len(text)))
}

// clip shortens a text for a message.
func clip(text string) string { return text[:min(len(text), 200)] }
