package demo

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"io"
	"iter"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A part is the arguments of a hashing job: a stretch of the tree.
type part struct {
	Number int           `json:"number"`
	Root   place         `json:"root"`
	Skip   place         `json:"skip"`
	After  place         `json:"after"`
	Until  place         `json:"until"`
	Pace   time.Duration `json:"pace"` // the least time for one file
}

// hashing is the demo's real work: one item is one file, whose SHA-256 goes
// into the manifest in the transaction that moves the job's cursor.
var hashing = tasuki.NewKind[part]("demo.hash", tasuki.Queue(queueFiles), tasuki.Keep(keep))

// A hasher runs hashing jobs.
type hasher struct {
	store *sqlite.Store
	// copies says how many rows a file gets: 1. Tests plant faults here.
	copies func(path string) int
}

func (h *hasher) handler() tasuki.Handler { return tasuki.Each(hashing, files, h.file) }

// files is the job's source: the cursor is the place of the last file done.
func files(p part) tasuki.Source[place, entry] {
	t := tree{root: string(p.Root), skip: string(p.Skip)}
	return tasuki.Source[place, entry]{
		After: func(ctx context.Context, done place) iter.Seq2[entry, error] {
			if done == "" {
				done = p.After
			}
			return t.after(ctx, done, p.Until)
		},
		Cursor: func(e entry) place { return e.place },
	}
}

// file does one item.
func (h *hasher) file(ctx context.Context, p part, e entry) error {
	began := time.Now()
	r := row{problem: e.problem}
	if e.problem == "" {
		r = read(ctx, tree{root: string(p.Root)}.path(e.place))
	}
	r.part, r.place, r.worker = p.Number, e.place, tasuki.JobFrom(ctx).Worker
	loop.Sleep(ctx, p.Pace-time.Since(began))
	if ctx.Err() != nil {
		return context.Cause(ctx) // what was read may be half a file
	}
	return h.store.Commit(ctx, func(tx *sql.Tx) error {
		for range h.copies(string(e.place)) {
			if err := r.add(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// read hashes a file. What it cannot read is a row too, with the problem. The
// end of ctx ends it early.
func read(ctx context.Context, path string) row {
	f, err := os.Open(path)
	if err != nil {
		return row{problem: reason(err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return row{problem: reason(err)}
	}
	r := row{size: info.Size(), mtime: info.ModTime().UnixNano()}
	sum := sha256.New()
	if _, err := io.Copy(sum, heedful{ctx, f}); err != nil {
		r.problem = reason(err)
		return r
	}
	r.sum = sum.Sum(nil)
	return r
}

// A heedful reader ends with its context: a file may be big.
type heedful struct {
	ctx context.Context
	io.Reader
}

func (h heedful) Read(b []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.Reader.Read(b)
}
