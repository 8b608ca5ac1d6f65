package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
)

// A logbook is a file in which worker processes, those of Ruby too, write each run of a
// job down, line by line. A line is one write at the end of the file, so what was
// written is there however its process ends.
//
//	TIME PROCESS JOB RUN WHAT    TIME in ns, RUN a number of that process's
//
// WHAT is begin, item:N, and at the end of a run done, fail (the job's own error), left
// (it is handed over) or lost (the handler heard that the job is another worker's).

const childBook = "TASUKI_TEST_CHILD_BOOK" // a logbook's path

// An entry is a line of a logbook.
type entry struct {
	at        time.Time
	who       string
	job       string
	run       string
	what      string
	item      int // of what item
	malformed bool
}

type logbook struct{ path string }

func newLogbook(t *testing.T) *logbook {
	t.Helper()
	b := &logbook{filepath.Join(t.TempDir(), "logbook")}
	if err := os.WriteFile(b.path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	return b
}

// read is all that was written.
func (b *logbook) read(t *testing.T) []entry {
	t.Helper()
	text, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	var all []entry
	for line := range strings.Lines(string(text)) {
		e := readEntry(line)
		if e.malformed && strings.HasSuffix(line, "\n") { // what has no end yet is being written
			t.Errorf("the logbook has a line %q", line)
		}
		if !e.malformed {
			all = append(all, e)
		}
	}
	return all
}

func readEntry(line string) entry {
	word := strings.Fields(line)
	if len(word) != 5 || !strings.HasSuffix(line, "\n") {
		return entry{malformed: true}
	}
	ns, err := strconv.ParseInt(word[0], 10, 64)
	what, item, is := strings.Cut(word[4], ":")
	e := entry{at: time.Unix(0, ns), who: word[1], job: word[2], run: word[3], what: what, malformed: err != nil}
	if is {
		e.item, err = strconv.Atoi(item)
		e.malformed = e.malformed || err != nil
	}
	return e
}

// await waits until n lines are of a kind, and answers them.
func (b *logbook) await(t *testing.T, n int, such func(*entry) bool) []entry {
	t.Helper()
	var found []entry
	eventually(t, fmt.Sprintf("the logbook has %d such lines", n), func() bool {
		found = found[:0]
		for _, e := range b.read(t) {
			if such(&e) {
				found = append(found, e)
			}
		}
		return len(found) >= n
	})
	return found
}

// A pen writes the runs of one worker process into a logbook.
type pen struct {
	file *os.File
	runs atomic.Int64
}

type penKey struct{}

// note writes a line about the run under ctx, and says the same to whoever started the
// process.
func (p *pen) note(ctx context.Context, what string) {
	j := tasuki.JobFrom(ctx)
	run, _ := ctx.Value(penKey{}).(int64)
	fmt.Fprintf(p.file, "%d %s %s %d %s\n", time.Now().UnixNano(), j.Worker, j.ID, run, what)
	word, _, _ := strings.Cut(what, ":")
	fmt.Println(word, j.ID)
}

// wrap is middleware that notes begin and end of each run.
func (p *pen) wrap(next tasuki.HandlerFunc) tasuki.HandlerFunc {
	return func(ctx context.Context) error {
		ctx = context.WithValue(ctx, penKey{}, p.runs.Add(1))
		p.note(ctx, "begin")
		err := next(ctx)
		p.note(ctx, ending(ctx, err))
		return err
	}
}

// ending is what the logbook says of how a run ended.
func ending(ctx context.Context, err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, errPlanned):
		return "fail"
	case errors.Is(context.Cause(ctx), tasuki.ErrLost):
		return "lost"
	}
	return "left"
}
