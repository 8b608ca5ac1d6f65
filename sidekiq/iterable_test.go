package sidekiq_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/sidekiq"
)

// letters is an Iterable of letters with themselves as cursors; an error comes instead of
// "!".
func letters(all string) sidekiq.Iterable[string, string] {
	return sidekiq.Iterable[string, string]{
		From: func(_ context.Context, c *string) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, l := range strings.Split(all, "") {
					var err error
					if l == "!" {
						err = errors.New("no letter")
					}
					if (c == nil || l >= *c) && !yield(l, err) {
						return
					}
				}
			}
		},
		Cursor: func(l string) string { return l },
	}
}

// through goes through letters behind a cursor: what came, with the cursors behind each.
func through(t *testing.T, all, cursor string) (came []string, err error) {
	t.Helper()
	src := letters(all).Source()
	var c sidekiq.Next[string]
	if err := json.Unmarshal([]byte(cursor), &c); err != nil {
		t.Fatal(err)
	}
	for item, err := range src.After(t.Context(), c) {
		if err != nil {
			return came, err
		}
		raw, err := json.Marshal(src.Cursor(item))
		if err != nil {
			t.Fatal(err)
		}
		came = append(came, item.Value+" "+string(raw))
	}
	return came, nil
}

func TestTheCursorOfAnIterableIsTheItemThatComesNext(t *testing.T) {
	for cursor, want := range map[string][]string{
		`null`:                                     {`a "b"`, `b "c"`, `c ["all is done, the last was","c"]`},
		`"b"`:                                      {`b "c"`, `c ["all is done, the last was","c"]`},
		`["written by Ruby, next comes","b"]`:      {`b "c"`, `c ["all is done, the last was","c"]`},
		`["written by Ruby, next comes", "c"]`:     {`c ["all is done, the last was","c"]`},
		`["all is done, the last was","c"]`:        nil,
		`["all is done, the last was","long ago"]`: nil,
	} {
		if got, err := through(t, "abc", cursor); err != nil || !slices.Equal(got, want) {
			t.Errorf("behind %s came %q, %v; want %q", cursor, got, err, want)
		}
	}
}

func TestAnIterablesErrorComesInsteadOfTheItemWhoseNextIsNotKnown(t *testing.T) {
	got, err := through(t, "ab!", `null`)
	if err == nil || !slices.Equal(got, []string{`a "b"`}) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestAnIterableThatIsCutShortByItsContextIsNotAtItsEnd: it would pass for done.
func TestAnIterableThatIsCutShortByItsContextIsNotAtItsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	it := letters("abc")
	all := it.From
	it.From = func(ctx context.Context, c *string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for l := range all(ctx, c) {
				if l == "c" {
					cancel()
					return
				}
				if !yield(l, nil) {
					return
				}
			}
		}
	}
	var got []string
	for item := range it.Source().After(ctx, sidekiq.Next[string]{}) {
		got = append(got, item.Value)
	}
	if !slices.Equal(got, []string{"a"}) {
		t.Errorf("%q came, want a alone: b was not known to be the last", got)
	}
}

func TestACursorOfAnotherTypeIsRefused(t *testing.T) {
	var c sidekiq.Next[int]
	for _, raw := range []string{`"x"`, `["written by Ruby, next comes","x"]`, `[1,2]`, `{}`} {
		if err := json.Unmarshal([]byte(raw), &c); err == nil {
			t.Errorf("%s is taken as %v", raw, c)
		}
	}
}

func TestAnIterableWithoutItsFunctionsIsNoSource(t *testing.T) {
	if (sidekiq.Iterable[int, int]{}).Source().After != nil {
		t.Error("a loop would take it for a source")
	}
}
