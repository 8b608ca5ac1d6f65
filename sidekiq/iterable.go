package sidekiq

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/tasuki-jobs/tasuki"
)

// An Iterable is what an iterable job of Ruby's goes through, for a kind whose jobs are
// run in Ruby and in Go. Either side goes on where the other stopped: no item is left
// out, and none done twice but for a crash. For that its cursors mean what Ruby's mean,
// the item that comes next, where those of other sources mean the last that is done; so
// one item is read ahead. Other sources refuse a cursor that Ruby wrote; Ruby does not refuse
// one of theirs, and may go on at a wrong place.
//
//	class ImportJob
//	  include Sidekiq::IterableJob
//	  def build_enumerator(path, cursor:) = csv_enumerator(CSV.open(path), cursor: cursor)
//	  def each_iteration(row, path) = …
//
//	tasuki.Each(imports, func(path string) tasuki.Source[sidekiq.Next[int], sidekiq.Item[int, []string]] {
//		return sidekiq.Iterable[int, []string]{From: rowsFrom(path), Cursor: numberOf}.Source()
//	}, do)
//
// The handler must be one Each: Ruby cannot read what loops and steps inside of a handler
// keep. When all items are done and the job is not, since an OnComplete failed, Ruby does
// not understand the cursor either, and fails until Go has ended the job.
type Iterable[C, T any] struct {
	// From yields the items from the one with cursor c on, that one first; nil is the
	// start. The order must be Ruby's, and the one of a cursor must come also if its own
	// item is gone: then the next one.
	From func(ctx context.Context, c *C) iter.Seq2[T, error]
	// Cursor is the cursor that Ruby's enumerator yields with the item: in an
	// array_enumerator its number from 0, in a csv_enumerator that of the row, in one of
	// Active Record the primary key.
	Cursor func(T) C
	// Total is as in [tasuki.Source].
	Total func(context.Context) (int64, error)
}

// An Item is one item of an Iterable.
type Item[C, T any] struct {
	Value T
	next  Next[C] // where a job stands that has done it
}

// A Next is the cursor of an Iterable: which item comes next. The zero Next is the start.
// In JSON it is that item's cursor as Ruby keeps it.
type Next[C any] struct {
	at    C
	is    bool // there is one
	ended bool // nothing comes next; at is the last item's
}

// Source is the source for Each.
func (i Iterable[C, T]) Source() tasuki.Source[Next[C], Item[C, T]] {
	s := tasuki.Source[Next[C], Item[C, T]]{Cursor: func(item Item[C, T]) Next[C] { return item.next }, Total: i.Total}
	if i.From != nil && i.Cursor != nil { // otherwise the loop says what is missing
		s.After = i.after
	}
	return s
}

func (i Iterable[C, T]) after(ctx context.Context, c Next[C]) iter.Seq2[Item[C, T], error] {
	return func(yield func(Item[C, T], error) bool) {
		if c.ended {
			return
		}
		var from *C
		if c.is {
			from = &c.at
		}
		var hand *T // it is yielded once the one behind it is known
		for value, err := range i.From(ctx, from) {
			if err != nil {
				yield(Item[C, T]{}, err)
				return
			}
			if hand != nil && !yield(Item[C, T]{*hand, Next[C]{at: i.Cursor(value), is: true}}, nil) {
				return
			}
			hand = &value
		}
		if hand != nil && ctx.Err() == nil {
			yield(Item[C, T]{*hand, Next[C]{at: i.Cursor(*hand), is: true, ended: true}}, nil)
		}
	}
}

// Words in front of cursors that Ruby and Go would not tell apart otherwise. The second
// are package store/redis' for what Ruby wrote.
const (
	endWords  = "all is done, the last was"
	rubyWords = "written by Ruby, next comes"
)

// MarshalJSON is the cursor as Ruby keeps it; behind the last item, which Ruby has none
// for, it is an array.
func (n Next[C]) MarshalJSON() ([]byte, error) {
	switch {
	case !n.is:
		return []byte("null"), nil
	case n.ended:
		return json.Marshal([]any{endWords, n.at})
	}
	return json.Marshal(n.at)
}

// UnmarshalJSON reads what either side wrote.
func (n *Next[C]) UnmarshalJSON(raw []byte) error {
	*n = Next[C]{}
	if string(raw) == "null" {
		return nil
	}
	var pair []json.RawMessage
	if json.Unmarshal(raw, &pair) == nil && len(pair) == 2 {
		switch string(pair[0]) {
		case `"` + endWords + `"`:
			raw, n.ended = pair[1], true
		case `"` + rubyWords + `"`:
			raw = pair[1]
		}
	}
	if err := json.Unmarshal(raw, &n.at); err != nil {
		return fmt.Errorf("cursor %.100s of an iterable job: %w", raw, err)
	}
	n.is = true
	return nil
}
