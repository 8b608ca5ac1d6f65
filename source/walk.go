package source

import (
	"context"
	"fmt"
)

// walk yields the rows behind c, page after page.
func (t Table[T]) walk(ctx context.Context, c Keyset, yield func(Row[T], error) bool) {
	if c == nil {
		if err := t.refuseNulls(ctx); err != nil {
			yield(Row[T]{}, err)
			return
		}
	}
	for more := true; more; {
		rows, err := t.page(ctx, c)
		if err == nil {
			err = t.distinct(c, rows)
		}
		if err != nil {
			yield(Row[T]{}, fmt.Errorf("rows of %s behind %s: %w", t.From, c, err))
			return
		}
		// One row more than a page was asked for: it tells whether there is a next.
		if more = len(rows) > t.size(); more {
			rows = rows[:t.size()]
		}
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
			c = r.At
		}
	}
}

// distinct refuses rows of equal keys: a job that is resumed between them would
// lose one. Since each page is read with the first row of the next, no two
// neighbours escape it.
func (t Table[T]) distinct(c Keyset, rows []Row[T]) error {
	for i, r := range rows {
		if i == 0 && sameKeyset(c, r.At) {
			return fmt.Errorf("the row at %s comes again behind itself (hint: the key does not come back as it was read, as a FLOAT may; take another or cast it)", c)
		}
		if i > 0 && sameKeyset(rows[i-1].At, r.At) {
			return fmt.Errorf("two rows have the keys %s (hint: keys must be unique together; end Table.Keys with the primary key)", r.At)
		}
	}
	return nil
}

// page reads the rows behind c, up to one more than a page has: first those that
// differ from c in the last key only, then in the last two, and so on.
func (t Table[T]) page(ctx context.Context, c Keyset) ([]Row[T], error) {
	if c == nil {
		return t.read(ctx, nil, t.selecting(c, 0), t.Args)
	}
	var rows []Row[T]
	for level := len(t.Keys) - 1; level >= 0 && len(rows) <= t.size(); level-- {
		args := append([]any{}, t.Args...)
		for _, v := range c[:level+1] {
			args = append(args, v.Value)
		}
		var err error
		if rows, err = t.read(ctx, rows, t.selecting(c, level), args); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (t Table[T]) read(ctx context.Context, into []Row[T], query string, args []any) (rows []Row[T], err error) {
	found, err := t.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := found.Close(); err == nil {
			err = e
		}
	}()
	reader, err := newReader(t.Dialect, t.Keys, found)
	if err != nil {
		return nil, err
	}
	for len(into) <= t.size() && found.Next() {
		var r Row[T]
		if err := t.Scan(reader, &r.Value); err != nil {
			return nil, err
		}
		if r.At, err = reader.keyset(); err != nil {
			return nil, err
		}
		into = append(into, r)
	}
	return into, found.Err()
}
