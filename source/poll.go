package source

import (
	"context"
	"fmt"
	"iter"
)

// A Page is the cursor of [Poll]: a page, and how many of its items are done.
type Page[C any] struct {
	Token C   `json:"token,omitzero"`
	Done  int `json:"done,omitempty"`
}

// Poll asks for one page after another until there is none: for HTTP APIs with
// next tokens, or anything else that is drained by calls. Fetch gets the token of a
// page, the zero one first, and answers its items and the token of the next; the
// zero token ends the source. An empty page with a token is no end.
//
// Cursor: token and items done of that page. Resuming fetches the page in hand once
// more and drops what was done of it; a page that has fewer items by then is passed
// over. Tokens must stay valid for as long as a job may wait; what the API says to
// an old one is fetch's error. A page that names itself as the next is an error.
func Poll[C comparable, T any](fetch func(ctx context.Context, token C) (page []T, next C, err error)) Of[Page[C], T] {
	return items(Of[Page[C], T]{
		After: func(ctx context.Context, c Page[C]) iter.Seq2[Item[Page[C], T], error] {
			return func(yield func(Item[Page[C], T], error) bool) {
				for ok := true; ok; {
					c, ok = poll(ctx, c, fetch, yield)
				}
			}
		},
	})
}

// poll yields the rest of one page and answers where the next begins, if there is one.
func poll[C comparable, T any](ctx context.Context, c Page[C], fetch func(context.Context, C) ([]T, C, error), yield func(Item[Page[C], T], error) bool) (Page[C], bool) {
	values, next, err := fetch(ctx, c.Token)
	if err == nil {
		err = ctx.Err() // a fetch that does not look at it must not go on for ever
	}
	more := next != *new(C)
	if err == nil && more && next == c.Token {
		err = fmt.Errorf("the page names itself as the next one: it would never end")
	}
	if err != nil {
		yield(Item[Page[C], T]{}, fmt.Errorf("page %.200q: %w", fmt.Sprint(c.Token), err))
		return c, false
	}
	for i := c.Done; i < len(values); i++ {
		at := Page[C]{c.Token, i + 1}
		if more && i+1 == len(values) {
			at = Page[C]{Token: next}
		}
		if !yield(Item[Page[C], T]{at, values[i]}, nil) {
			return c, false
		}
	}
	return Page[C]{Token: next}, more
}
