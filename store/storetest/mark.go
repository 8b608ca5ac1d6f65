package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var markPromises = []promise{
	{"a mark has its label, who made it and the store's time", hasMarks, func(s *stage) {
		got := s.mark(store.Mark{Label: "deploy 7 begins", By: "ann", At: time.Unix(1, 0)})
		s.add(job("a"))
		s.near("from the mark to a job", s.get("a").CreatedAt.Sub(got.At), 0)
		if marks := s.marks(0); len(marks) != 1 || marks[0].Label != "deploy 7 begins" || marks[0].By != "ann" || !marks[0].At.Equal(got.At) {
			s.Fatalf("marks %+v, want %+v", marks, got)
		}
	}},
	{"the newest come first, at most as many as asked for", hasMarks, func(s *stage) {
		for _, label := range []string{"a", "b", "a"} {
			s.mark(store.Mark{Label: label})
			s.sub.Advance(time.Minute)
		}
		s.labels(s.marks(0), "a", "b", "a")
		s.labels(s.marks(2), "a", "b")
	}},
	{"100 marks are answered if nothing is asked, and the newest MaxMarks are kept", hasMarks, func(s *stage) {
		for i := range store.MaxMarks + 5 {
			s.mark(store.Mark{Label: fmt.Sprint(i)})
		}
		if n := len(s.marks(0)); n != 100 {
			s.Fatalf("%d marks", n)
		}
		got := s.marks(2 * store.MaxMarks)
		if len(got) != store.MaxMarks || got[0].Label != fmt.Sprint(store.MaxMarks+4) || got[len(got)-1].Label != "5" {
			s.Fatalf("%d marks, from %+v to %+v", len(got), got[0], got[len(got)-1])
		}
	}},
	{"a bad label or By is ErrInvalid and writes nothing", hasMarks, func(s *stage) {
		long := strings.Repeat("x", store.MaxLabel)
		for _, bad := range []store.Mark{{}, {Label: long + "x"}, {Label: "a\x00b"}, {Label: "\xff"}, {Label: "a", By: "\n"}, {Label: "a", By: long + "x"}} {
			_, err := s.marker().Mark(s.Context(), bad)
			s.is(err, store.ErrInvalid)
		}
		s.labels(s.marks(0))
		s.mark(store.Mark{Label: long, By: long})
	}},
	{"marks outlive their handle", all(hasMarks, canReopen), func(s *stage) {
		s.mark(store.Mark{Label: "a"})
		s.reopen()
		s.labels(s.marks(0), "a")
	}},
}

func (s *stage) marker() store.Marker { return s.Store.(store.Marker) }

func (s *stage) mark(m store.Mark) store.Mark {
	s.Helper()
	got, err := s.marker().Mark(s.Context(), m)
	s.ok(err)
	if got.Label != m.Label || got.By != m.By {
		s.Fatalf("Mark answered %+v for %+v", got, m)
	}
	return got
}

func (s *stage) marks(limit int) []store.Mark {
	s.Helper()
	got, err := s.marker().Marks(s.Context(), limit)
	s.ok(err)
	return got
}

// labels asserts which marks these are, in order.
func (s *stage) labels(got []store.Mark, want ...string) {
	s.Helper()
	var have []string
	for _, m := range got {
		have = append(have, m.Label)
	}
	if !slices.Equal(have, want) {
		s.Fatalf("marks %q, want %q", have, want)
	}
}
