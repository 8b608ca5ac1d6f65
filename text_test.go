package tasuki_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// What is not UTF-8 does not come back from JSON as it was: as a cursor it would
// stand behind other items, as a name for another step.

// sorted is a source of these texts in order, by themselves.
func sorted(texts ...string) func(int) tasuki.Source[string, string] {
	slices.Sort(texts)
	return func(int) tasuki.Source[string, string] {
		return tasuki.Source[string, string]{Cursor: func(s string) string { return s }, After: func(_ context.Context, c string) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, s := range texts {
					if s > c && !yield(s, nil) {
						return
					}
				}
			}
		}}
	}
}

func TestACursorThatIsNotUTF8IsRefusedBeforeItsItemIsDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done []string
		r := eaching(t, st, tasuki.Each(walk, sorted("Ren", "Ren\xe9", "Ren\xe9e", "Rex"), func(_ context.Context, _ int, s string) error {
			done = append(done, s)
			return nil
		}))
		wantFailure(t, r, `kind "walk"`, `behind cursor "Ren"`, `Ren\ufffd`, "not UTF-8", "hint:")
		if string(r.Cursor) != `"Ren"` || len(done) != 1 {
			t.Errorf("at %s, done %q", r.Cursor, done)
		}
	})
}

// escaped is a text that writes its own JSON, in ASCII.
type escaped string

func (e escaped) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `"%s"`, strings.ReplaceAll(string(e), "\uFFFD", `\ufffd`)), nil
}

func TestACursorThatComesBackAsItWasIsTakenWhateverItHolds(t *testing.T) {
	for name, c := range map[string]any{
		"a real U+FFFD":         "a\uFFFDb",
		"the escape, letter by": `a\ufffdb`,
		"its own JSON":          escaped("a\uFFFDb"),
		"raw JSON":              json.RawMessage(`"a\ufffdb"`),
		"bytes":                 []byte("Ren\xe9"),
		"a line separator":      "a\u2028b",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				r := tasked(t, st, func(ctx context.Context) error { return tasuki.Save(ctx, c) })
				if r.State != store.Done {
					t.Errorf("%s %v", r.State, r.Failure)
				}
			})
		})
	}
}

func TestSaveRefusesACursorThatIsNotUTF8(t *testing.T) {
	for name, c := range map[string]any{
		"a text":   "Ren\xe9",
		"a field":  struct{ Name string }{"Ren\xe9"},
		"a key":    map[string]int{"Ren\xe9": 1},
		"anything": []any{"Ren\xe9"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				wantFailure(t, tasked(t, st, func(ctx context.Context) error { return tasuki.Save(ctx, c) }), `kind "task"`, "not UTF-8")
			})
		})
	}
}

func TestANameThatDoesNotComeBackAsItWasIsRefusedBeforeAnythingIsDone(t *testing.T) {
	for _, name := range []string{"K\xf6ln", "a\x00b", "a\nb", "a\u0085b", strings.Repeat("x", store.MaxName+1)} {
		for what, do := range map[string]func(ctx context.Context, ran *[]string) error{
			"step": func(ctx context.Context, ran *[]string) error { return inSteps(name)(ctx, ran) },
			"loop": func(ctx context.Context, ran *[]string) error {
				return tasuki.Loop(ctx, name, count(1), func(context.Context, int) error { *ran = append(*ran, name); return nil })
			},
		} {
			t.Run(fmt.Sprintf("%s %.10q", what, name), func(t *testing.T) {
				bubble(t, func(t *testing.T, st *memory.Store) {
					var ran []string
					wantFailure(t, tasked(t, st, func(ctx context.Context) error { return do(ctx, &ran) }), `kind "task"`, what, "UTF-8", "hint:")
					if len(ran) != 0 {
						t.Errorf("ran %q", ran)
					}
				})
			})
		}
	}
}

func TestAnyOtherNameIsFoundAgain(t *testing.T) {
	names := []string{"a/b", "é", "tasuki", "\uFFFD", `\ufffd`, "a\u2028b", strings.Repeat("x", store.MaxName)}
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran, r := twice(t, st, inSteps(names...), inSteps(names...))
		if len(ran) != len(names)+1 || r.State != store.Done {
			t.Errorf("ran %q, job %s %v", ran, r.State, r.Failure)
		}
	})
}

func TestALoopIsGoneOnWithByANameThatIsNotASCII(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		onAndOn(t, st, job.ID, 500*time.Millisecond, task.Do(func(ctx context.Context, _ int) error {
			return tasuki.Loop(ctx, "Köln", count(5), aSecond(&done))
		}))
		if got := fmt.Sprint(done.all()); got != "[1 2 3 4 5]" {
			t.Errorf("items %s", got)
		}
	})
}
