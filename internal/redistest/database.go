package redistest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
)

// A DB is a database of a server.
type DB struct {
	Server *Server
	Number int
}

// DB gives a test an empty database of its own, which is emptied when the test ends.
func (s *Server) DB(tb testing.TB) *DB {
	tb.Helper()
	n, err := s.numbers.take()
	if err != nil {
		tb.Fatalf("redistest: %v", err)
	}
	db := &DB{s, n}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, err := db.Exec(ctx, "FLUSHDB", "SYNC"); err == nil {
			s.numbers.give(n)
		} else if s.runs() {
			tb.Errorf("redistest: %v", err)
		}
	})
	return db
}

// URL is its address, for the default user.
func (d *DB) URL() string { return d.Server.URL(d.Number) }

// Connect is a connection to it, with all rights.
func (d *DB) Connect(ctx context.Context) (*Conn, error) {
	c, err := connect(ctx, d.Server.Addr(), d.Server.secure)
	if err != nil {
		return nil, err
	}
	if d.Server.login {
		_, err = c.Exec(ctx, "AUTH", insider, insiderPassword)
	}
	if err == nil && d.Number != 0 {
		_, err = c.Exec(ctx, "SELECT", d.Number)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Exec runs a command on a connection of its own, with all rights, as Conn.Exec does.
func (d *DB) Exec(ctx context.Context, args ...any) (any, error) {
	c, err := d.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Exec(ctx, args...)
}

// Exec runs a command in database 0, on a connection of its own, with all rights.
func (s *Server) Exec(ctx context.Context, args ...any) (any, error) {
	return (&DB{Server: s}).Exec(ctx, args...)
}

// Ask is a command's answer as what the test expects it to be; another is a failure. The
// empty value stands for nil.
func Ask[T string | int64 | []string | []any](tb testing.TB, d *DB, args ...any) T {
	tb.Helper()
	v, err := d.Exec(tb.Context(), args...)
	if err != nil {
		tb.Fatalf("redistest: %v: %v", args, err)
	}
	var want T
	if v == nil {
		return want
	}
	if list, is := v.([]any); is {
		if _, texts := any(want).([]string); texts {
			v = words(list)
		}
	}
	got, is := v.(T)
	if !is {
		tb.Fatalf("redistest: %v answers %#v, not a %T", args, v, want)
	}
	return got
}

func words(list []any) []string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return words
}

// The numbers of a server's databases that are taken; 0 is nobody's own.
type numbers struct {
	mu    sync.Mutex
	used  int
	given []int
}

func (n *numbers) take() (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	// First those that nobody had: what still runs of an ended test does not meet another.
	if n.used < databases-1 {
		n.used++
		return n.used, nil
	}
	if len(n.given) == 0 {
		return 0, fmt.Errorf("all %d databases are taken", databases)
	}
	first := n.given[0]
	n.given = slices.Delete(n.given, 0, 1)
	return first, nil
}

func (n *numbers) give(number int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.given = append(n.given, number)
}
