package supervise_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/railstest"
)

// A shop is an application in Ruby whose jobs take until they are let go.
type shop struct {
	t       *testing.T
	home    *railstest.Home
	enqueue string   // the program that enqueues
	worker  []string // the command of a worker
}

// A djShop has Delayed Job, on a database of its own.
type djShop struct {
	*shop
	db *pgx.Conn
}

// delayedJob is a worker of Delayed Job that a supervisor starts. It is not called like one
// of the daemon's: where there is a pid file of its name it would end at once.
var delayedJob = []string{"bin/delayed_job", "run", "--identifier=slot%i"}

func newDJShop(t *testing.T) *djShop {
	t.Helper()
	server := pgtest.Shared(t)
	url := server.DSN(server.Database(t))
	home := railstest.Open(t, os.DirFS("testdata/replay"), "RAILS_ENV=production", "DATABASE_URL="+url)
	s := &djShop{shop: &shop{t: t, home: home, enqueue: "bin/enqueue", worker: delayedJob}}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s.db = db
	t.Cleanup(func() { db.Close(context.Background()) })
	table, err := os.ReadFile(s.home.Path("delayed_jobs.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), string(table)); err != nil {
		t.Fatal(err)
	}
	return s
}

// ruby runs one of the application's programs.
func (s *shop) ruby(program string, args ...string) string {
	s.t.Helper()
	out, err := s.home.Run(s.t.Context(), program, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// letGo lets jobs end.
func (s *shop) letGo(names ...string) {
	s.t.Helper()
	for _, name := range names {
		if err := os.WriteFile(s.home.Path("go-"+name), nil, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// A row is a job that is in the table, and so has not ended.
type row struct {
	Name      string // in its handler
	Attempts  int
	LockedBy  *string
	FailedAt  *time.Time
	LastError *string
}

// pid is the process that has locked it, 0 if none has.
func (r row) pid() int {
	var pid int
	if r.LockedBy != nil {
		_, text, _ := strings.Cut(*r.LockedBy, " pid:")
		fmt.Sscan(text, &pid)
	}
	return pid
}

func (s *djShop) rows() []row {
	s.t.Helper()
	found, err := s.db.Query(s.t.Context(), `SELECT substring(handler FROM 'name: (\S+)'), attempts, locked_by, failed_at, last_error FROM delayed_jobs ORDER BY id`)
	if err != nil {
		s.t.Fatal(err)
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[row])
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}

// A note is what a job has written down.
type note struct {
	What, Name string
	PID        int
	Identity   string
}

func (s *shop) notes() []note {
	text, _ := os.ReadFile(s.home.Path("notes"))
	var all []note
	for l := range strings.Lines(string(text)) {
		var n note
		if _, err := fmt.Sscan(l, &n.What, &n.Name, &n.PID, &n.Identity); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// noted are the notes of a kind about some jobs.
func (s *shop) noted(what string, names ...string) []note {
	return slices.DeleteFunc(s.notes(), func(n note) bool { return n.What != what || !slices.Contains(names, n.Name) })
}

// begun enqueues jobs and waits until all of them run.
func (s *shop) begun(names ...string) []note {
	s.t.Helper()
	s.ruby(s.enqueue, names...)
	s.until(strings.Join(names, ", ")+" run", func() bool { return len(s.noted("begin", names...)) >= len(names) })
	began := s.noted("begin", names...)
	slices.SortStableFunc(began, func(a, b note) int { return slices.Index(names, a.Name) - slices.Index(names, b.Name) })
	return began // as they are named, in whatever order they began
}

// oneEach checks that each job began once, and ended where it began.
func (s *shop) oneEach(names ...string) {
	s.t.Helper()
	for _, name := range names {
		began, ended := s.noted("begin", name), s.noted("end", name)
		if len(began) != 1 || len(ended) != 1 || began[0].PID != ended[0].PID {
			s.t.Errorf("job %s began %v and ended %v, want once each, in one process", name, began, ended)
		}
	}
}

// until waits until what holds, for a minute at most.
func (s *shop) until(what string, holds func() bool) {
	s.t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			s.t.Fatalf("not within a minute: %s\n%+v%s", what, s.notes(), s.logs())
		case <-tick.C:
		}
	}
}

// nobodyLives checks that no process is left; who has said its last word may still be
// ending.
func (s *shop) nobodyLives() {
	s.t.Helper()
	s.until("nobody lives", func() bool {
		left, err := s.home.Living()
		return err == nil && len(left) == 0
	})
}

// logs are what everybody has written.
func (s *shop) logs() string {
	var all strings.Builder
	for _, log := range []string{"log/delayed_job.log", "log/sidekiq.log", "log/workers.log", "supervise/tasuki.log"} {
		if text, err := os.ReadFile(s.home.Path(log)); err == nil {
			fmt.Fprintf(&all, "\n%s:\n%s", log, text)
		}
	}
	return all.String()
}

func pids(notes []note) []int {
	var all []int
	for _, n := range notes {
		all = append(all, n.PID)
	}
	return all
}

// runs says whether a process has not ended.
func runs(pid int) bool {
	p, err := proc.Read(pid)
	return err == nil && !p.Ended()
}
