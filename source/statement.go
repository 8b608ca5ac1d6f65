package source

import (
	"context"
	"fmt"
	"strings"
)

// selecting is the statement for the rows that are equal to c in the keys before
// level and beyond it in that one; for all rows if c is nil.
func (t Table[T]) selecting(c Keyset, level int) string {
	var reads, order []string
	for i, k := range t.Keys {
		reads = append(reads, t.Dialect.read(k.Column))
		if i >= level {
			order = append(order, k.term())
		}
	}
	if t.Columns != "" {
		reads = append([]string{t.Columns}, reads...)
	} else {
		reads = append(t.columns(), reads...)
	}
	conditions := t.where()
	for i, k := range t.Keys {
		if c == nil || i > level {
			break
		}
		compare := " = "
		if i == level {
			compare = k.beyond()
		}
		conditions = append(conditions, k.Column+compare+t.Dialect.placeholder(len(t.Args)+i+1))
	}
	return "SELECT " + strings.Join(reads, ", ") + t.from(conditions) +
		" ORDER BY " + strings.Join(order, ", ") + t.Dialect.limit(t.size()+1)
}

func (t Table[T]) columns() (names []string) {
	for _, k := range t.Keys {
		names = append(names, k.Column)
	}
	return names
}

// where is the user's condition. Line ends keep a comment in it from reaching ours.
func (t Table[T]) where() []string {
	if t.Where == "" {
		return nil
	}
	return []string{"(" + t.Where + "\n)"}
}

func (t Table[T]) from(conditions []string) string {
	from := " FROM " + t.From + "\n"
	if len(conditions) > 0 {
		from += " WHERE " + strings.Join(conditions, " AND ")
	}
	return from
}

// refuseNulls looks for rows without a place in the order. Behind a cursor no
// comparison would find them; where columns are NOT NULL databases answer at once.
func (t Table[T]) refuseNulls(ctx context.Context) error {
	null := strings.Join(t.columns(), " IS NULL OR ") + " IS NULL"
	n, err := t.number(ctx, "SELECT count(*) FROM (SELECT 1 AS n"+t.from(append(t.where(), "("+null+")"))+
		" ORDER BY "+t.Keys[0].Column+t.Dialect.limit(1)+") nulls")
	if err != nil {
		return fmt.Errorf("look for NULL keys in %s: %w", t.From, err)
	}
	if n > 0 {
		return fmt.Errorf("rows of %s: one of the keys %s: %w", t.From, strings.Join(t.columns(), ", "), errNullKey)
	}
	return nil
}

func (t Table[T]) count(ctx context.Context) (int64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	return t.number(ctx, "SELECT count(*)"+t.from(t.where()))
}

// number asks for one.
func (t Table[T]) number(ctx context.Context, query string) (n int64, err error) {
	rows, err := t.DB.QueryContext(ctx, query, t.Args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if err != nil {
		return 0, err
	}
	return n, rows.Err()
}
