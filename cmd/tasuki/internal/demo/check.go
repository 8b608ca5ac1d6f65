package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A verdict is what the check of the manifest against the files found. Each file
// is counted in one of once, lost, skipped and changed; doubled counts rows too
// many.
type verdict struct {
	once, lost, doubled, skipped, changed int
	notes                                 notes
}

// notes are the first few files behind a figure.
type notes map[string][]string

const mostNotes = 5

func (n notes) add(figure string, p place, why string) {
	if len(n[figure]) < mostNotes {
		n[figure] = append(n[figure], fmt.Sprintf("%s: %s", p, why))
	}
}

// A fate is what became of one entry of the plan.
type fate int

const (
	fateOnce fate = iota
	fateLost
	fateSkipped
	fateChanged
)

// check hashes every file of the plan anew and compares. step is called as it
// goes on.
func (p *plan) check(ctx context.Context, m manifest, step func(done int64) error) (*verdict, error) {
	written := map[place][]row{}
	for r, err := range m.since(ctx, 0) {
		if err != nil {
			return nil, err
		}
		written[r.place] = append(written[r.place], r)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	j := jury{plan: p, written: written, fates: make([]fate, len(p.entries)), whys: make([]string, len(p.entries))}
	ended := j.sit(ctx)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := step(j.done.Load()); err != nil {
				stop(err)
			}
		case <-ended:
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return p.sum(written, j.fates, j.whys), nil
		}
	}
}

// A jury judges all entries, as many at once as there are processors.
type jury struct {
	plan       *plan
	written    map[place][]row
	next, done atomic.Int64
	fates      []fate // each written by the goroutine that took its number
	whys       []string
}

// sit begins, and closes the channel when all is judged or ctx has ended.
func (j *jury) sit(ctx context.Context) <-chan struct{} {
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := j.next.Add(1) - 1; i < int64(len(j.fates)) && ctx.Err() == nil; i = j.next.Add(1) - 1 {
				e := &j.plan.entries[i]
				j.fates[i], j.whys[i] = j.plan.judge(ctx, e, j.written[e.place])
				j.done.Add(1)
			}
		})
	}
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	return ended
}

// judge compares one file with its rows.
func (p *plan) judge(ctx context.Context, e *planned, rows []row) (fate, string) {
	if e.problem != "" {
		return fateSkipped, e.problem
	}
	if len(rows) == 0 {
		info, err := os.Lstat(p.path(e.place))
		if err != nil || info.Size() != e.size || info.ModTime().UnixNano() != e.mtime {
			return fateChanged, "it changed before it could be hashed"
		}
		return fateLost, "it is not in the manifest"
	}
	r, now := &rows[0], read(ctx, p.path(e.place))
	switch {
	case r.sum == nil && now.sum == nil && r.problem != vanished:
		return fateSkipped, r.problem
	case r.sum == nil || now.sum == nil:
		return fateChanged, "it could be read only some of the time: " + r.problem + now.problem
	case bytes.Equal(r.sum, now.sum):
		return fateOnce, ""
	case r.size != now.size || r.mtime != now.mtime:
		return fateChanged, "it was written to meanwhile"
	}
	return fateLost, "the manifest has another hash although the file did not change"
}

// sum adds up the fates, the rows that are too many, and those that nobody
// planned: files that came meanwhile.
func (p *plan) sum(written map[place][]row, fates []fate, whys []string) *verdict {
	v := &verdict{notes: notes{}}
	for i, f := range fates {
		at := p.entries[i].place
		switch f {
		case fateOnce:
			if len(written[at]) == 1 {
				v.once++
			}
		case fateLost:
			v.lost++
			v.notes.add("lost", at, whys[i])
		case fateSkipped:
			v.skipped++
			v.notes.add("skipped", at, whys[i])
		case fateChanged:
			v.changed++
			v.notes.add("changed", at, whys[i])
		}
		v.count(at, written)
	}
	for at := range written {
		v.changed++
		v.notes.add("changed", at, "it came meanwhile")
		v.count(at, written)
	}
	return v
}

// count adds the rows that are too many, and takes the place off the map.
func (v *verdict) count(at place, written map[place][]row) {
	if extra := len(written[at]) - 1; extra > 0 {
		v.doubled += extra
		v.notes.add("doubled", at, fmt.Sprintf("it is %d times in the manifest", len(written[at])))
	}
	delete(written, at)
}
