package source_test

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/source"
)

// A randomTable has key columns of random values, few enough that they repeat.
type randomTable struct {
	*rand.Rand
	db   *sql.DB
	keys []source.Key
	next int
}

func newRandomTable(t *testing.T, seed uint64) *randomTable {
	r := &randomTable{Rand: rand.New(rand.NewPCG(seed, 1))}
	columns := ""
	for i := range r.IntN(4) {
		name := fmt.Sprintf("k%d", i)
		columns += name + []string{"", " INT", " TEXT", " REAL", " BLOB", " DATETIME", " TEXT COLLATE NOCASE"}[r.IntN(7)] + " NOT NULL, "
		r.keys = append(r.keys, source.Key{Column: name, Desc: r.IntN(2) == 0})
	}
	r.keys = append(r.keys, source.Key{Column: "id", Desc: r.IntN(2) == 0})
	r.db = database(t, "CREATE TABLE v ("+columns+"id INTEGER PRIMARY KEY)")
	if r.IntN(2) == 0 {
		execute(t, r.db, "CREATE INDEX v_k ON v ("+r.order()+")")
	}
	return r
}

func (r *randomTable) order() string {
	var terms []string
	for _, k := range r.keys {
		if k.Desc {
			terms = append(terms, k.Column+" DESC")
			continue
		}
		terms = append(terms, k.Column)
	}
	return strings.Join(terms, ", ")
}

func (r *randomTable) value() any {
	switch r.IntN(6) {
	case 0:
		return int64(r.IntN(3)) + math.MaxInt64 - 5
	case 1:
		return float64(r.IntN(3)) / 3
	case 2:
		return []byte(strings.Repeat("\x00a\xff", r.IntN(3)))
	case 3:
		return []string{"", "a", "A", "ab", "B", "2024-01-02 03:04:05.6", "2024-01-02T03:04:05.600Z", "z\xff"}[r.IntN(8)]
	}
	return int64(r.IntN(3) - 1)
}

func (r *randomTable) insert(t *testing.T, n int) {
	t.Helper()
	for range n {
		r.next++
		args := []any{}
		for range len(r.keys) - 1 {
			args = append(args, r.value())
		}
		id := r.next*7919%10007 - 5000
		marks := strings.Repeat("?, ", len(args)) + "?"
		if _, err := r.db.Exec("INSERT INTO v VALUES ("+marks+")", append(args, id)...); err != nil {
			t.Fatal(err)
		}
	}
}

// sorted is what the database itself says of the order.
func (r *randomTable) sorted(t *testing.T) (ids []string) {
	t.Helper()
	rows, err := r.db.Query("SELECT id FROM v ORDER BY " + r.order())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func (r *randomTable) table() source.Table[int] {
	return source.Table[int]{DB: r.db, Columns: "id", From: "v", Keys: r.keys, Scan: scanOne[int], Page: 1 + r.IntN(9)}
}

const randomRuns = 60

func TestRandomTablesInterruptedAtRandomYieldWhatOrderBySays(t *testing.T) {
	for seed := range uint64(randomRuns) {
		r := newRandomTable(t, seed)
		r.insert(t, r.IntN(60))
		var got []string
		for cursor, more := "", true; more; {
			n := 1 + r.IntN(20)
			seen, last := taken(t, r.table().Rows(), cursor, n)
			got, cursor, more = append(got, seen...), last, len(seen) == n
		}
		if want := r.sorted(t); !slices.Equal(got, want) {
			t.Fatalf("seed %d, order by %s:\n got %v\nwant %v", seed, r.order(), got, want)
		}
	}
}

func TestRowsThatStayAreDoneOnceWhateverComesAndGoesMeanwhile(t *testing.T) {
	for seed := range uint64(randomRuns) {
		r := newRandomTable(t, seed+1000)
		r.insert(t, 40)
		stay := r.sorted(t)
		seen := map[string]int{}
		for cursor, more := "", true; more; {
			n := 1 + r.IntN(10)
			part, last := taken(t, r.table().Rows(), cursor, n)
			for _, id := range part {
				seen[id]++
			}
			cursor, more = last, len(part) == n
			r.insert(t, r.IntN(3))
			gone := r.IntN(len(stay))
			execute(t, r.db, "DELETE FROM v WHERE id = "+stay[gone])
			if stay = slices.Delete(stay, gone, gone+1); len(seen) > 500 {
				t.Fatalf("seed %d: it does not end", seed)
			}
		}
		for _, id := range stay {
			if seen[id] != 1 {
				t.Fatalf("seed %d: row %s was done %d times", seed, id, seen[id])
			}
		}
		for id, n := range seen {
			if n > 1 {
				t.Fatalf("seed %d: row %s was done %d times", seed, id, n)
			}
		}
	}
}
