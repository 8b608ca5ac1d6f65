package source_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

// taken are up to n items behind c (n < 0: all), each as text, and the cursor
// behind the last of them as the store keeps it.
func taken[C, T any](t *testing.T, src tasuki.Source[C, T], cursor string, n int) (seen []string, last string) {
	t.Helper()
	seen, last, err := take(t.Context(), src, cursor, n)
	if err != nil {
		t.Fatalf("behind cursor %s: %v", cursor, err)
	}
	return seen, last
}

func take[C, T any](ctx context.Context, src tasuki.Source[C, T], cursor string, n int) (seen []string, last string, err error) {
	var c C
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &c); err != nil {
			return nil, "", err
		}
	}
	last = cursor
	if n == 0 {
		return nil, last, nil
	}
	for item, err := range src.After(ctx, c) {
		if err != nil {
			return seen, last, err
		}
		raw, err := json.Marshal(src.Cursor(item))
		if err != nil {
			return seen, last, err
		}
		seen, last = append(seen, show(item)), string(raw)
		if len(seen) == n {
			break
		}
	}
	return seen, last, nil
}

// show is an item without its cursor.
func show(item any) string {
	raw, err := json.Marshal(item)
	if err != nil {
		return err.Error()
	}
	var in struct{ Value json.RawMessage }
	if json.Unmarshal(raw, &in) == nil && in.Value != nil {
		return string(in.Value)
	}
	return string(raw)
}

// resumes fails unless the source, interrupted behind any item and gone on with by
// a fresh one, yields what it yields in one go.
func resumes[C, T any](t *testing.T, fresh func() tasuki.Source[C, T], want int) {
	t.Helper()
	all, _ := taken(t, fresh(), "", -1)
	if len(all) != want {
		t.Fatalf("%d items %.300v, want %d", len(all), all, want)
	}
	for k := range len(all) + 1 {
		before, cursor := taken(t, fresh(), "", k)
		after, _ := taken(t, fresh(), cursor, -1)
		if got := slices.Concat(before, after); !slices.Equal(got, all) {
			t.Fatalf("interrupted behind item %d at %s:\n got %v\nwant %v", k, cursor, got, all)
		}
	}
	forward(t, fresh())
}

// forward fails unless Compare says of each item that it is behind the one before.
func forward[C, T any](t *testing.T, src tasuki.Source[C, T]) {
	t.Helper()
	if src.Compare == nil {
		return
	}
	var last *C
	for item, err := range src.After(t.Context(), *new(C)) {
		if err != nil {
			t.Fatal(err)
		}
		c := src.Cursor(item)
		if last != nil && src.Compare(c, *last) <= 0 {
			t.Fatalf("cursor %v does not compare as behind %v", c, *last)
		}
		last = &c
	}
}

// fails answers the error that the source yields behind a cursor.
func fails[C, T any](t *testing.T, src tasuki.Source[C, T], cursor string, wants ...string) error {
	t.Helper()
	seen, _, err := take(t.Context(), src, cursor, -1)
	if err == nil {
		t.Fatalf("no error behind %d items %.300v", len(seen), seen)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	return err
}

func failsChanged[C, T any](t *testing.T, src tasuki.Source[C, T], cursor string, wants ...string) {
	t.Helper()
	if err := fails(t, src, cursor, wants...); !errors.Is(err, source.ErrChanged) {
		t.Errorf("error %v is not ErrChanged", err)
	}
}

// wantItems fails unless these are the items.
func wantItems(t *testing.T, got []string, want ...any) {
	t.Helper()
	texts := make([]string, len(want))
	for i, w := range want {
		texts[i] = show(w)
	}
	if !slices.Equal(got, texts) {
		t.Errorf("items %v, want %v", got, texts)
	}
}

// upTo is 1 to n.
func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

var errGone = fmt.Errorf("page 3 is gone")

// offset is a file's cursor from what the store keeps.
func offset(t *testing.T, cursor string) (o source.Offset) {
	t.Helper()
	if err := json.Unmarshal([]byte(cursor), &o); err != nil {
		t.Fatal(err)
	}
	return o
}
