// Package demo does real work on a person's own files while it does to the
// workers what deploys, timeouts and crashes do, and then counts.
//
// The work: two resumable jobs hash every file of a tree into a manifest, each
// row in the transaction that moves the job's cursor. The workers are real
// processes, this program run again. What the demo says in the end it reads
// from the store, from the manifest, and from the files hashed anew.
package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// Options are what a demo may be told. Program is needed.
type Options struct {
	// Dir is the tree to hash. Default: the Go tree.
	Dir string
	// Program is the command line that runs Work, up to the store's file.
	Program []string
	// Out gets what happens, as text.
	Out io.Writer
	// Width is how many columns Out has; nil if it is no terminal.
	Width func() int
	// Colour allows colours on a terminal.
	Colour bool
}

// Run does the whole demo. Whatever happens, and also if ctx ends, every process
// that it started is gone and every file that it made is removed when it
// returns. If ctx ended first, the error is its cause.
func Run(ctx context.Context, o Options) (*Result, error) {
	result, err := run(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // wherever that was met, and whatever it broke
	}
	return result, err
}

func run(ctx context.Context, o Options) (result *Result, err error) {
	root, err := rootOf(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tasuki-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the demo's files: %w (hint: set TMPDIR to a directory that can be written to)", err)
	}
	defer os.RemoveAll(dir)
	d := &director{view: viewOf(o), crew: &crew{dir: dir}, began: time.Now()}
	defer d.view.close()
	defer d.crew.dismiss(0)
	if d.name = o.Dir; d.name == "" {
		d.name = root
	}
	if d.plan, err = makePlan(ctx, tree{root: root, skip: dir}); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "demo.db")
	st, err := sqlite.Open(ctx, file, storeOptions)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	d.tally = newTally(st)
	if err := d.tally.manifest.create(ctx); err != nil {
		return nil, err
	}
	d.crew.program = append(o.Program, file, "--")
	return d.direct(ctx)
}

func viewOf(o Options) view {
	if o.Width == nil {
		return lines{o.Out}
	}
	return &screen{lines: lines{o.Out}, width: o.Width, colour: o.Colour}
}
