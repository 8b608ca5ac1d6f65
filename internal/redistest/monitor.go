package redistest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// A Monitor writes down what a server executes (MONITOR), which slows it down much.
type Monitor struct {
	server *Server
	conn   *Conn
	marks  int
}

// A Command is one that was executed.
type Command struct {
	DB   int
	From string   // a client's address, or "lua" inside of a script
	Args []string // the first is the command's name as it was sent
}

// Monitor begins to write down, until the test ends.
func (s *Server) Monitor(tb testing.TB) *Monitor {
	tb.Helper()
	conn, err := (&DB{Server: s}).Connect(tb.Context())
	if err == nil {
		_, err = conn.Exec(tb.Context(), "MONITOR")
	}
	if err != nil {
		tb.Fatalf("redistest: monitor: %v", err)
	}
	tb.Cleanup(func() { conn.Close() })
	return &Monitor{server: s, conn: conn}
}

// Commands are those since the last call, up to now: all that were answered before it.
func (m *Monitor) Commands(ctx context.Context) ([]Command, error) {
	m.marks++
	mark := fmt.Sprintf("%s %s %d", insider, insiderPassword, m.marks)
	if _, err := m.server.Exec(ctx, "ECHO", mark); err != nil {
		return nil, err
	}
	var seen []Command
	for {
		line, err := m.conn.Read(ctx)
		if err != nil {
			return nil, err
		}
		c, err := parseCommand(fmt.Sprint(line))
		if err != nil {
			return nil, err
		}
		if len(c.Args) == 2 && c.Args[1] == mark {
			return seen, nil
		}
		seen = append(seen, c)
	}
}

// parseCommand reads a line as `1795287767.24 [0 127.0.0.1:40000] "get" "k"`.
func parseCommand(line string) (c Command, err error) {
	_, rest, _ := strings.Cut(line, " [")
	where, text, found := strings.Cut(rest, "] ")
	db, from, _ := strings.Cut(where, " ")
	if !found {
		return c, fmt.Errorf("no line of a monitor: %q", line)
	}
	if c.DB, err = strconv.Atoi(db); err != nil {
		return c, fmt.Errorf("no line of a monitor: %q: %w", line, err)
	}
	c.From = from
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return c, fmt.Errorf("no line of a monitor: %q: %w", line, err)
		}
		arg, err := strconv.Unquote(quoted)
		if err != nil {
			return c, fmt.Errorf("no line of a monitor: %q: %w", line, err)
		}
		c.Args, text = append(c.Args, arg), text[len(quoted):]
	}
	return c, nil
}
