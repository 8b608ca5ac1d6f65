package source_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/source"
)

type pollSource = source.Of[source.Page[string], int]

// api has pages by token; the last entry of each is the next token.
type api map[string]struct {
	items []int
	next  string
}

func (a api) source() pollSource {
	return source.Poll(func(_ context.Context, token string) ([]int, string, error) {
		p, ok := a[token]
		if !ok {
			return nil, "", fmt.Errorf("token expired")
		}
		return p.items, p.next, nil
	})
}

func pages() api {
	return api{"": {[]int{1, 2, 3}, "t2"}, "t2": {nil, "t3"}, "t3": {[]int{4}, "t4"}, "t4": {[]int{5, 6}, ""}}
}

func TestPolledPagesAreResumedBehindAnyItem(t *testing.T) {
	resumes(t, pages().source, 6)
}

func TestAPageThatIsDoneIsNotFetchedAgain(t *testing.T) {
	a := pages()
	_, cursor := taken(t, a.source(), "", 3)
	delete(a, "")
	got, _ := taken(t, a.source(), cursor, -1)
	wantItems(t, got, 4, 5, 6)
}

func TestAPageThatHasFewerItemsByThenIsPassedOver(t *testing.T) {
	a := pages()
	_, cursor := taken(t, a.source(), "", 2)
	a[""] = struct {
		items []int
		next  string
	}{[]int{1}, "t2"}
	got, _ := taken(t, a.source(), cursor, -1)
	wantItems(t, got, 4, 5, 6)
}

func TestATokenThatIsNoLongerValidIsAnErrorThatNamesIt(t *testing.T) {
	a := pages()
	delete(a, "t3")
	fails(t, a.source(), "", `"t3"`, "token expired")
}

func TestAPageThatNamesItselfAsTheNextIsAnError(t *testing.T) {
	a := api{"": {[]int{1}, "x"}, "x": {[]int{2}, "x"}}
	fails(t, a.source(), "", "never end")
}

func TestPollingEmptyPagesEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	src := source.Poll(func(_ context.Context, token int) ([]int, int, error) {
		if n++; n == 100 {
			cancel()
		}
		return nil, token + 1, nil
	})
	if _, _, err := take(ctx, src, "", -1); !errors.Is(err, context.Canceled) || n != 100 {
		t.Errorf("error %v behind %d pages", err, n)
	}
}
