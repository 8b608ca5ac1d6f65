package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/tasuki-jobs/tasuki"
)

// A Table goes through the rows that a query selects, in the order of its keys, a
// page at a time. Each page is read whole and its result closed before the first of
// its rows is yielded, so that no connection and no transaction is kept while items
// are done.
//
// Cursor: the keys of the last row done. Resuming costs as much as any other page:
// the database seeks behind the keys, given an index on them in this order and these
// directions; it never counts rows off. Several keys take up to one short statement
// each per page, instead of an OR that most databases answer by a scan.
//
// Rows added behind the cursor are done, those added before it are not; a row whose
// keys change may be done twice or never, so take keys that do not change. The
// cursor's own row may be deleted. Keys of another number, name or direction than
// the cursor's are [ErrChanged].
//
// The keys together must be unique, which is checked as the rows are read; end them
// with the primary key. NULL in a key is refused, and looked for when a job begins.
type Table[T any] struct {
	DB      Queryer // a *sql.DB, *sql.Conn or *sql.Tx
	Dialect Dialect // default: SQLite
	Columns string  // what Scan reads, without placeholders: "id, name"; default: the keys
	From    string  // the table, or tables with their joins
	Where   string  // condition on the rows, with placeholders of the Dialect; default: all rows
	Args    []any   // for the placeholders in From and Where, in this order
	Keys    []Key   // the order of the rows; at least one
	Scan    func(Scanner, *T) error
	Page    int  // rows per page; default 1000
	Count   bool // count the rows once per run, for the job's progress
}

// A Queryer asks a database.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A Scanner reads a row's columns, as [sql.Rows] does.
type Scanner interface {
	Scan(dest ...any) error
}

// A Key is a column, or an expression, by which rows are ordered. It is named as
// From knows it; an alias of Columns will not do. Integers, decimals, texts, bytes,
// times and booleans can be keys. A float can be one where the database compares
// what it shows (not MySQL's FLOAT).
type Key struct {
	Column string
	Desc   bool // from the greatest to the least
}

const (
	descending  = " desc"
	defaultPage = 1000
)

// term is the key as in ORDER BY.
func (k Key) term() string {
	if k.Desc {
		return k.Column + descending
	}
	return k.Column
}

// beyond is the comparison of rows that come later.
func (k Key) beyond() string {
	if k.Desc {
		return " < "
	}
	return " > "
}

// A Row is an item of a [Table].
type Row[T any] = Item[Keyset, T]

// Rows goes through the table row by row.
func (t Table[T]) Rows() tasuki.Source[Keyset, Row[T]] {
	src := items(tasuki.Source[Keyset, Row[T]]{
		Compare: compareKeysets,
		After: func(ctx context.Context, c Keyset) iter.Seq2[Row[T], error] {
			err := t.check()
			if err == nil {
				err = t.belongs(c)
			}
			if err != nil {
				return broken[Row[T]](err)
			}
			return func(yield func(Row[T], error) bool) { t.walk(ctx, c, yield) }
		},
	})
	if t.Count {
		src.Total = t.count
	}
	return src
}

// Pages goes through the table page by page: an item is up to Page rows, its cursor
// the keys of the last. If the worker is killed, the page in hand is done again.
func (t Table[T]) Pages() tasuki.Source[Keyset, []Row[T]] {
	return Batch(t.Rows(), t.size())
}

func (t Table[T]) size() int {
	if t.Page > 0 {
		return t.Page
	}
	return defaultPage
}

func (t Table[T]) check() error {
	switch {
	case t.DB == nil:
		return errors.New("Table.DB is missing")
	case t.From == "":
		return errors.New("Table.From is missing (hint: the name of the table)")
	case len(t.Keys) == 0:
		return errors.New("Table.Keys is empty (hint: the primary key)")
	case t.Scan == nil:
		return errors.New("Table.Scan is missing (hint: func(s source.Scanner, v *T) error { return s.Scan(&v.ID, …) })")
	case t.Page < 0 || t.Page > 1_000_000:
		return fmt.Errorf("Table.Page is %d, want 1 to 1000000", t.Page)
	case t.Dialect < SQLite || t.Dialect > Oracle:
		return fmt.Errorf("Table.Dialect %d is unknown", t.Dialect)
	}
	seen := map[string]bool{}
	for _, k := range t.Keys {
		if k.Column == "" || seen[k.Column] {
			return fmt.Errorf("Table.Keys: column %q is empty or there twice", k.Column)
		}
		seen[k.Column] = true
	}
	return nil
}

// belongs says whether the cursor is one of these keys.
func (t Table[T]) belongs(c Keyset) error {
	if c == nil {
		return nil
	}
	var want, got []string
	for _, k := range t.Keys {
		want = append(want, k.term())
	}
	for _, v := range c {
		got = append(got, v.Term)
	}
	if w, g := strings.Join(want, ", "), strings.Join(got, ", "); w != g {
		return fmt.Errorf("%w: the cursor has keys (%s), Table.Keys are (%s)", ErrChanged, g, w)
	}
	return nil
}
