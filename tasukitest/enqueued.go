package tasukitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// Enqueued answers the arguments of all jobs of a kind, in the order of jobs:
// run.Enqueued, [Box.Jobs], or [Jobs] of a store.
func Enqueued[A any](t TB, jobs []store.Record, k tasuki.Kind[A]) []A {
	t.Helper()
	var all []A
	for _, j := range jobs {
		if j.Kind != k.Name() {
			continue
		}
		var args A
		if err := json.Unmarshal(orNull(j.Args), &args); err != nil {
			t.Fatalf("kind %q, job %s: arguments %s do not decode into %T: %v", j.Kind, j.ID, j.Args, args, err)
		}
		all = append(all, args)
	}
	return all
}

// WasEnqueued answers the first job of a kind with these arguments; its Queue, its
// DueAt and the rest are for the test to look at. If there is none the test fails,
// and says how the jobs of that kind differ.
func WasEnqueued[A any](t TB, jobs []store.Record, k tasuki.Kind[A], args A) store.Record {
	t.Helper()
	want := k.Job(args)
	if want.Err != nil {
		t.Fatalf("kind %q: %v", k.Name(), want.Err)
		return store.Record{}
	}
	for _, j := range jobs {
		if j.Kind == k.Name() && differences(orNull(j.Args), want.Args) == "" {
			return j
		}
	}
	t.Fatalf("no job of kind %q with %s was enqueued%s", k.Name(), want.Args, others(jobs, want))
	return store.Record{}
}

// NotEnqueued fails the test if there is a job of a kind, whatever its arguments.
func NotEnqueued[A any](t TB, jobs []store.Record, k tasuki.Kind[A]) {
	t.Helper()
	for _, j := range jobs {
		if j.Kind == k.Name() {
			t.Fatalf("a job of kind %q was enqueued: job %s with %s", k.Name(), j.ID, j.Args)
			return
		}
	}
}

// others tells what there is instead of the job that is wanted.
func others(jobs []store.Record, want store.Job) string {
	var text strings.Builder
	count := map[string]int{}
	var kinds []string
	for _, j := range jobs {
		if j.Kind == want.Kind {
			fmt.Fprintf(&text, "\n  job %s has %s", j.ID, differences(orNull(j.Args), want.Args))
			continue
		}
		if count[j.Kind]++; count[j.Kind] == 1 {
			kinds = append(kinds, j.Kind)
		}
	}
	if len(jobs) == 0 {
		return ": no job was"
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(&text, "\n  %d of kind %q", count[kind], kind)
	}
	return ":" + text.String()
}

// differences says in what one JSON text differs from another, field by field if
// both are objects; empty if in nothing.
func differences(got, want json.RawMessage) string {
	var g, w map[string]json.RawMessage
	if json.Unmarshal(got, &g) != nil || json.Unmarshal(want, &w) != nil || g == nil || w == nil {
		if same(got, want) {
			return ""
		}
		return fmt.Sprintf("%s, want %s", got, want)
	}
	names := map[string]bool{}
	for name := range g {
		names[name] = true
	}
	for name := range w {
		names[name] = true
	}
	var all []string
	for name := range names {
		if !same(g[name], w[name]) {
			all = append(all, fmt.Sprintf("%s %s, want %s", name, orNothing(g[name]), orNothing(w[name])))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// same says whether two JSON texts are one value, every digit of a number counted.
func same(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, errX := canonical(a)
	y, errY := canonical(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// canonical is a JSON text with sorted names and without spaces.
func canonical(raw json.RawMessage) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

func orNothing(raw json.RawMessage) string {
	if raw == nil {
		return "(nothing)"
	}
	return string(raw)
}
