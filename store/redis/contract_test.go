package redis

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.Harness{New: func(t *testing.T) storetest.Subject {
		db := redistest.Shared(t).DB(t)
		s := open(t, db)
		all := []*Store{s}
		return storetest.Subject{
			Store: s,
			Advance: func(d time.Duration) {
				for _, s := range all {
					s.ahead.Add(d.Microseconds())
				}
			},
			Reopen: func(t *testing.T) store.Store {
				other := open(t, db)
				other.ahead.Store(s.ahead.Load())
				all = append(all, other)
				return other
			},
			SetFormat: func(t *testing.T, id string, format int) { setFormat(t, s, id, format) },
		}
	}})
}

// open opens the store of a database for one test.
func open(t testing.TB, db *redistest.DB) *Store {
	t.Helper()
	s, err := Open(t.Context(), db.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// setFormat makes a waiting job look as if a newer version had written it.
func setFormat(t *testing.T, s *Store, id string, format int) {
	t.Helper()
	places, err := s.places(t.Context(), &store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range places {
		jobs, _, _, err := s.page(t.Context(), &places[i], spot{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range jobs {
			if f.h.id != id {
				continue
			}
			o := *f.h.own
			o.Format = format
			c, err := o.change()
			if err != nil {
				t.Fatal(err)
			}
			swap(t, s, &f, f.h.With([]wire.Change{c}...))
			return
		}
	}
	t.Fatalf("no job %s", id)
}

// swap puts another text where a job lies.
func swap(t *testing.T, s *Store, f *found, text string) {
	t.Helper()
	b := s.client.B
	var err error
	if f.place.queue != "" {
		at, e := s.client.Do(t.Context(), b().Lpos().Key(f.place.key).Element(f.text).Build()).AsInt64()
		if e != nil {
			t.Fatal(e)
		}
		err = s.client.Do(t.Context(), b().Lset().Key(f.place.key).Index(at).Element(text).Build()).Error()
	} else {
		s.client.Do(t.Context(), b().Zrem().Key(f.place.key).Member(f.text).Build())
		err = s.client.Do(t.Context(), b().Zadd().Key(f.place.key).ScoreMember().ScoreMember(f.score, text).Build()).Error()
	}
	if err != nil && !strings.Contains(err.Error(), "nil") {
		t.Fatal(err)
	}
}
