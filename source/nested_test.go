package source_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

type (
	outerItem  = source.Item[*int, int]
	innerItem  = source.Item[int, string]
	nestCursor = source.Nest[*int, int]
	nestItem   = source.Item[nestCursor, source.Pair[outerItem, innerItem]]
)

// letters is, for each outer number, that many inner items.
func letters(o outerItem) tasuki.Source[int, innerItem] {
	var all []string
	for i := range o.Value % 10 {
		all = append(all, fmt.Sprintf("%d%c", o.Value, 'a'+i))
	}
	return source.Slice(all)
}

func nested(outer ...int) tasuki.Source[nestCursor, nestItem] {
	return source.Nested(sorted(outer...), letters)
}

// inner are the inner items behind a cursor.
func inner(t *testing.T, src tasuki.Source[nestCursor, nestItem], cursor string, n int) (all, last string) {
	t.Helper()
	seen, last := taken(t, src, cursor, n)
	for _, s := range seen {
		all += " " + strings.Split(s[strings.LastIndex(s, `"Value":`)+9:], `"`)[0]
	}
	return strings.TrimSpace(all), last
}

func TestNestedSourcesAreResumedBehindAnyInnerItem(t *testing.T) {
	resumes(t, func() tasuki.Source[nestCursor, nestItem] { return nested(0, 2, 3, 10, 11, 20, 21, 30) }, 7)
}

func TestThreeLevelsAreResumedBehindAnyItem(t *testing.T) {
	resumes(t, func() source.Of[source.Nest[nestCursor, int], source.Pair[nestItem, source.Item[int, int]]] {
		return source.Nested(nested(2, 10, 13), func(p nestItem) source.Of[int, int] {
			return source.Slice(upTo(len(p.Value.Inner.Value)))
		})
	}, 13)
}

func TestRowsOfRowsAreResumed(t *testing.T) {
	db := database(t, "CREATE TABLE o (id INTEGER PRIMARY KEY)", "CREATE TABLE i (o INT NOT NULL, n INT NOT NULL, PRIMARY KEY (o, n))",
		series(7)+" INSERT INTO o SELECT i FROM s", series(30)+" INSERT INTO i SELECT 1 + i*i%7, i FROM s")
	fresh := func() source.Of[source.Nest[source.Keyset, source.Keyset], source.Pair[source.Row[int], source.Row[int]]] {
		outer := source.Table[int]{DB: db, Columns: "id", From: "o", Keys: []source.Key{{Column: "id", Desc: true}}, Scan: scanOne[int], Page: 2}
		return source.Nested(outer.Rows(), func(o source.Row[int]) tasuki.Source[source.Keyset, source.Row[int]] {
			return source.Table[int]{DB: db, Columns: "n", From: "i", Where: "o = ?", Args: []any{o.Value},
				Keys: []source.Key{{Column: "n"}}, Scan: scanOne[int], Page: 3}.Rows()
		})
	}
	resumes(t, fresh, 30)
}

func TestTheRestOfTheOuterItemInHandIsDone(t *testing.T) {
	_, cursor := inner(t, nested(2, 13, 24), "", 4)
	if got, _ := inner(t, nested(2, 13, 24), cursor, -1); got != "13c 24a 24b 24c 24d" {
		t.Errorf("behind %s come %s", cursor, got)
	}
}

func TestIfTheOuterItemInHandIsGoneTheNextOneFollows(t *testing.T) {
	_, cursor := inner(t, nested(2, 13, 24), "", 4) // in the midst of 13
	for name, src := range map[string]tasuki.Source[nestCursor, nestItem]{"with Compare": nested(2, 24), "without": source.Nested(blind(2, 24), letters)} {
		got, next := inner(t, src, cursor, 1)
		if got != "24a" {
			t.Errorf("%s: behind %s comes %s", name, cursor, got)
		}
		if got, _ := inner(t, src, next, -1); got != "24b 24c 24d" {
			t.Errorf("%s: behind %s come %s", name, next, got)
		}
	}
	_, first := inner(t, nested(2, 13), "", 1)
	if got, _ := inner(t, nested(13), first, -1); got != "13a 13b 13c" {
		t.Errorf("without the first come %s", got)
	}
}

func TestOuterItemsAddedBeforeTheOneInHandAreNotDone(t *testing.T) {
	_, cursor := inner(t, nested(2, 13, 24), "", 4)
	for name, src := range map[string]tasuki.Source[nestCursor, nestItem]{
		"with Compare": nested(1, 2, 11, 12, 13, 14, 24), "without": source.Nested(blind(1, 2, 11, 12, 13, 14, 24), letters)} {
		got, next := inner(t, src, cursor, 2)
		if got != "13c 14a" {
			t.Errorf("%s: behind %s come %s", name, cursor, got)
		}
		if got, _ := inner(t, src, next, 4); got != "14b 14c 14d 24a" {
			t.Errorf("%s: behind %s come %s", name, next, got)
		}
	}
}

func TestItemsAddedToTheOuterItemInHandAreDone(t *testing.T) {
	_, cursor := inner(t, nested(3), "", 3)
	longer := source.Nested(sorted(3), func(outerItem) tasuki.Source[int, innerItem] { return source.Slice([]string{"x", "y", "z", "new"}) })
	if got, _ := inner(t, longer, cursor, -1); got != "new" {
		t.Errorf("behind %s come %s", cursor, got)
	}
}

func blind(outer ...int) tasuki.Source[*int, outerItem] {
	src := sorted(outer...)
	src.Compare = nil
	return src
}

// outers is a sorted source that notes which of its items were read.
func outers(read *[]int, values ...int) tasuki.Source[*int, outerItem] {
	src := sorted(values...)
	after := src.After
	src.After = func(ctx context.Context, c *int) iter.Seq2[outerItem, error] {
		return func(yield func(outerItem, error) bool) {
			for o, err := range after(ctx, c) {
				*read = append(*read, o.Value)
				if !yield(o, err) {
					return
				}
			}
		}
	}
	return src
}

func TestOnlyTheOuterItemInHandIsAskedForAgain(t *testing.T) {
	_, cursor := inner(t, nested(2, 13, 24, 35), "", 6)
	var read []int
	if got, _ := inner(t, source.Nested(outers(&read, 2, 13, 24, 35), letters), cursor, 1); got != "24b" || fmt.Sprint(read) != "[24]" {
		t.Errorf("%s, read %v", got, read)
	}
}

func TestAnOuterItemThatIsGoneIsNotLookedForToTheEnd(t *testing.T) {
	_, cursor := inner(t, nested(2, 13, 24, 35, 46), "", 4)
	var read []int
	if got, _ := inner(t, source.Nested(outers(&read, 2, 24, 35, 46), letters), cursor, 1); got != "24a" || fmt.Sprint(read) != "[24]" {
		t.Errorf("%s, read %v", got, read)
	}
}

func TestAnErrorOfEitherLevelComesThrough(t *testing.T) {
	outer := source.Seq(counting(2, errGone))
	one := func(source.Item[int, int]) source.Of[int, int] { return source.Slice(upTo(1)) }
	if seen, _, err := take(t.Context(), source.Nested(outer, one), "", -1); len(seen) != 2 || !errors.Is(err, errGone) {
		t.Errorf("%v, error %v", seen, err)
	}
	bad := func(source.Item[int, int]) source.Of[int, int] {
		return source.Seq(counting(1, errGone))
	}
	if seen, _, err := take(t.Context(), source.Nested(source.Slice(upTo(2)), bad), "", -1); len(seen) != 1 || !errors.Is(err, errGone) {
		t.Errorf("%v, error %v", seen, err)
	}
}

func TestALevelThatTurnsRoundIsFound(t *testing.T) {
	turning := func(values ...int) source.Of[int, int] {
		src := source.Slice(upTo(9))
		src.After = func(context.Context, int) iter.Seq2[source.Item[int, int], error] {
			return func(yield func(source.Item[int, int], error) bool) {
				for _, v := range values {
					if !yield(source.Item[int, int]{At: v}, nil) {
						return
					}
				}
			}
		}
		return src
	}
	type item = source.Item[int, int]
	for _, values := range [][]int{{1, 3, 2}, {3, 1, 2}, {1, 1}} {
		fails(t, source.Nested(turning(values...), func(item) tasuki.Source[int, item] { return source.Slice(upTo(1)) }), "", "goes back or repeats")
		fails(t, source.Nested(source.Slice(upTo(2)), func(item) tasuki.Source[int, item] { return turning(values...) }), "", "goes back or repeats")
	}
	resumes(t, func() source.Of[source.Nest[int, int], source.Pair[item, item]] {
		return source.Nested(source.Slice(upTo(2)), func(item) tasuki.Source[int, item] { return source.Slice(upTo(2)) })
	}, 4)
}
