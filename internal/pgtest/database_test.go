//go:build unix

package pgtest

import (
	"testing"
)

func TestADatabaseIsOneTestsOwnAndEndsWithIt(t *testing.T) {
	s := Shared(t)
	var first string
	t.Run("first", func(t *testing.T) {
		first = s.Database(t)
		if second := s.Database(t); second == first {
			t.Errorf("both are %s", first)
		}
		if tables := one[int](t, s.DSN(first), "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace"); tables != 0 {
			t.Errorf("%d tables", tables)
		}
	})
	if left := one[int](t, s.DSN("postgres"), "SELECT count(*)::int FROM pg_database WHERE datname LIKE 't%first'"); left != 0 {
		t.Errorf("%d databases are left", left)
	}
}

func TestTheSocketLeadsToTheSameServer(t *testing.T) {
	s := Shared(t)
	name := s.Database(t)
	for _, dsn := range []string{s.DSN(name), s.SocketDSN(name)} {
		if got := one[string](t, dsn, "SELECT current_database()"); got != name {
			t.Errorf("%s leads to %s", dsn, got)
		}
	}
}

// A witness takes down whether a test was skipped.
type witness struct {
	testing.TB
	skipped bool
}

func (w *witness) Helper()                           {}
func (w *witness) Skip(args ...any)                  { w.skipped = true }
func (w *witness) Fatalf(format string, args ...any) {}

func TestWithoutPostgreSQLATestIsSkipped(t *testing.T) {
	var w witness
	given(&w, nil, ErrMissing)
	if !w.skipped {
		t.Error("it runs")
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{})
		s = given(b, s, err)
		b.StopTimer()
		s.Stop()
		b.StartTimer()
	}
}

func BenchmarkDatabase(b *testing.B) {
	s := Shared(b)
	for _, how := range []string{"wal_log", "file_copy"} {
		b.Run("create "+how, func(b *testing.B) {
			for b.Loop() {
				name := databaseName(how)
				if err := s.Exec(b.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 STRATEGY "+how); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				s.Exec(b.Context(), "DROP DATABASE "+name)
				b.StartTimer()
			}
		})
		b.Run("create and drop "+how, func(b *testing.B) {
			for b.Loop() {
				name := databaseName(how)
				if err := s.Exec(b.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 STRATEGY "+how); err != nil {
					b.Fatal(err)
				}
				if err := s.Exec(b.Context(), "DROP DATABASE "+name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
