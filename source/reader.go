package source

import (
	"database/sql"
	"errors"
	"fmt"
)

// A reader reads the rows of one result: the columns of the user, and behind them
// those of the keys.
type reader struct {
	rows  *sql.Rows
	keys  []Key
	terms []string
	types []string // of the key columns, as the database calls them
	dests []any    // for the key columns
	read  bool     // the row in hand was scanned

	values []any
	texts  []bool // SQLite only: the bytes are a text
}

func newReader(d Dialect, keys []Key, rows *sql.Rows) (*reader, error) {
	r := &reader{rows: rows, keys: keys, values: make([]any, len(keys)), types: make([]string, len(keys)), terms: make([]string, len(keys))}
	if d == SQLite {
		r.texts = make([]bool, len(keys))
	}
	for i, k := range keys {
		r.terms[i] = k.term()
		r.dests = append(r.dests, &r.values[i])
		if d == SQLite {
			r.dests = append(r.dests, &r.texts[i])
		}
	}
	if d == SQLite {
		return r, nil
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	for i := range keys {
		r.types[i] = types[len(types)-len(keys)+i].DatabaseTypeName()
	}
	return r, nil
}

// Scan is the user's.
func (r *reader) Scan(dest ...any) error {
	all := make([]any, 0, len(dest)+len(r.dests))
	r.read = true
	return r.rows.Scan(append(append(all, dest...), r.dests...)...)
}

// keyset is the cursor of the row that was scanned last.
func (r *reader) keyset() (Keyset, error) {
	if !r.read {
		return nil, errors.New("Table.Scan did not call Scan")
	}
	r.read = false
	k := make(Keyset, len(r.keys))
	for i, raw := range r.values {
		v, err := keyValue(raw, r.types[i])
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", r.keys[i].Column, err)
		}
		if b, ok := v.([]byte); ok && r.texts != nil && r.texts[i] {
			v = string(b)
		}
		k[i] = KeyValue{r.terms[i], v}
	}
	return k, nil
}
