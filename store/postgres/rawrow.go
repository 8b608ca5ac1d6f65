package postgres

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// A rawRow reads the columns of a row one after another as the server sent them. It
// is what claims are read by, which are read for every job: Scan would take twice the
// time and five times the memory.
type rawRow struct {
	values [][]byte
	binary []bool
	at     int
	err    error
	names  map[string]string // texts that come again and again
}

// of takes the row that is being read, if it is one of pgx.
func (r *rawRow) of(row scanner) bool {
	rows, ok := row.(pgx.Rows)
	if !ok {
		return false
	}
	if r.binary == nil {
		for _, f := range rows.FieldDescriptions() {
			r.binary = append(r.binary, f.Format == pgx.BinaryFormatCode)
		}
	}
	r.values, r.at = rows.RawValues(), 0
	return true
}

func (r *rawRow) next() ([]byte, bool) {
	v, isBinary := r.values[r.at], r.binary[r.at]
	r.at++
	return v, isBinary
}

// number is an integer; 0 for NULL.
func (r *rawRow) number() int64 {
	v, isBinary := r.next()
	switch {
	case v == nil:
		return 0
	case !isBinary:
		n, err := strconv.ParseInt(string(v), 10, 64)
		r.fail(err)
		return n
	case len(v) == 8:
		return int64(binary.BigEndian.Uint64(v))
	case len(v) == 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	case len(v) == 2:
		return int64(int16(binary.BigEndian.Uint16(v)))
	}
	r.fail(fmt.Errorf("column %d is no number", r.at))
	return 0
}

func (r *rawRow) boolean() bool {
	v, _ := r.next()
	return len(v) == 1 && (v[0] == 1 || v[0] == 't')
}

// null says whether the next column is NULL, and passes over it if it is.
func (r *rawRow) null() bool {
	if r.values[r.at] != nil {
		return false
	}
	r.at++
	return true
}

// bytes is a text; nil for NULL.
func (r *rawRow) bytes() []byte {
	v, _ := r.next()
	if v == nil {
		return nil
	}
	return append(make([]byte, 0, len(v)), v...)
}

func (r *rawRow) text() string {
	v, _ := r.next()
	return string(v)
}

// name is a text that many rows have.
func (r *rawRow) name() string {
	v, _ := r.next()
	if name, ok := r.names[string(v)]; ok {
		return name
	}
	if r.names == nil {
		r.names = map[string]string{}
	}
	name := string(v)
	r.names[name] = name
	return name
}

// json is a text that few rows have.
func (r *rawRow) json() *string {
	if r.null() {
		return nil
	}
	s := r.text()
	return &s
}

func (r *rawRow) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}
