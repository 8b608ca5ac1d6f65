package source_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

// What it costs to go on behind item 10, and behind one far along, up to the next
// item. The far one is 1,000,000; TASUKI_BENCH_FAR=10000000 takes longer to set up.
//
//	TASUKI_BENCH_FAR=10000000 go test -run xxx -bench Resume ./source

func far(b *testing.B) int {
	if s := os.Getenv("TASUKI_BENCH_FAR"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1000 {
			b.Fatalf("TASUKI_BENCH_FAR=%s", s)
		}
		return n
	}
	return 1_000_000
}

// resuming measures from a cursor in the store's form to the next item.
func resuming[C, T any](b *testing.B, n int, cursor string, fresh func() tasuki.Source[C, T]) {
	b.Run(strconv.Itoa(n), func(b *testing.B) {
		for b.Loop() {
			var c C
			if err := json.Unmarshal([]byte(cursor), &c); err != nil {
				b.Fatal(err)
			}
			found := false
			for _, err := range fresh().After(b.Context(), c) {
				if err != nil {
					b.Fatal(err)
				}
				found = true
				break
			}
			if !found {
				b.Fatalf("nothing behind %s", cursor)
			}
		}
	})
}

// atBoth resumes behind item 10 and behind the far one; there are more.
func atBoth[C, T any](b *testing.B, name string, n int, fresh func() tasuki.Source[C, T]) {
	b.Run(name, func(b *testing.B) {
		i := 0
		cursors := map[int]string{}
		for item, err := range fresh().After(b.Context(), *new(C)) {
			if err != nil {
				b.Fatal(err)
			}
			if i++; i == 10 || i == n {
				raw, _ := json.Marshal(fresh().Cursor(item))
				cursors[i] = string(raw)
			}
			if i == n {
				break
			}
		}
		for _, at := range []int{10, n} {
			resuming(b, at, cursors[at], fresh)
		}
	})
}

func BenchmarkResume(b *testing.B) {
	n := far(b)
	all := upTo(n + 1)
	atBoth(b, "slice", n, func() source.Of[int, int] { return source.Slice(all) })
	many := longFile(b, n+1)
	atBoth(b, "lines", n, func() tasuki.Source[source.Offset, source.Line] { return lines(many) })
	atBoth(b, "csv", n, func() csvSource { return source.CSV(table(many)) })
	atBoth(b, "tree", n, func() treeSource { return source.Files(source.Tree{FS: numbers{n + 1}}) })
	atBoth(b, "poll", n, func() source.Of[source.Page[int], int] { return polled(n + 1) })
	atBoth(b, "nested", n, func() source.Of[source.Nest[int, int], source.Pair[source.Item[int, int], source.Item[int, int]]] {
		return source.Nested(source.Slice(all[:n/1000+1]), func(source.Item[int, int]) source.Of[int, int] {
			return source.Slice(all[:1000])
		})
	})
	tables(b, n)
}

// tables are rows by one key, and by three of which the first has few values.
func tables(b *testing.B, n int) {
	db := database(b, "CREATE TABLE big (id INTEGER PRIMARY KEY, team INT NOT NULL, at TEXT NOT NULL)",
		series(n+2000)+" INSERT INTO big SELECT i, i % 10, printf('%010d', i / 3) FROM s",
		"CREATE INDEX big_i ON big (team, at DESC, id)")
	for name, keys := range map[string][]source.Key{
		"sql one key":    {{Column: "id"}},
		"sql three keys": {{Column: "team"}, {Column: "at", Desc: true}, {Column: "id"}},
	} {
		q := source.Table[int]{DB: db, Columns: "id", From: "big", Keys: keys, Scan: scanOne[int]}
		atBoth(b, name, n, q.Rows)
	}
}

func longFile(b *testing.B, n int) string {
	f, err := os.Create(path.Join(b.TempDir(), "long"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var page strings.Builder
	for i := range n + 1 { // one more, which CSV takes for the header
		fmt.Fprintf(&page, "%d,item\n", i)
		if page.Len() > 1<<20 || i == n {
			if _, err := f.WriteString(page.String()); err != nil {
				b.Fatal(err)
			}
			page.Reset()
		}
	}
	return f.Name()
}

func polled(n int) source.Of[source.Page[int], int] {
	return source.Poll(func(_ context.Context, token int) ([]int, int, error) {
		if next := token + 100; next < n {
			return make([]int, 100), next, nil
		}
		return make([]int, n-token), 0, nil
	})
}

// numbers is a file system of n files, a hundred a directory, three levels deep.
type numbers struct{ n int }

func (s numbers) Open(name string) (fs.File, error) {
	d := &numberDir{}
	depth, first := 0, 0
	if name != "." {
		for _, part := range strings.Split(name, "/") {
			i, err := strconv.Atoi(part)
			if err != nil {
				return nil, fs.ErrNotExist
			}
			depth, first = depth+1, first*100+i
		}
	}
	width := s.n/1_000_000 + 1
	if depth > 0 {
		width = 100
	}
	for i := range width {
		d.entries = append(d.entries, numberEntry{fmt.Sprintf("%05d", i), depth < 3})
	}
	return d, nil
}

type numberDir struct {
	entries []fs.DirEntry
}

func (*numberDir) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (*numberDir) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (*numberDir) Close() error               { return nil }

func (d *numberDir) ReadDir(int) ([]fs.DirEntry, error) {
	part := d.entries
	if d.entries = nil; part == nil {
		return nil, io.EOF
	}
	return part, nil
}

type numberEntry struct {
	name string
	dir  bool
}

func (e numberEntry) Name() string               { return e.name }
func (e numberEntry) IsDir() bool                { return e.dir }
func (e numberEntry) Info() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

func (e numberEntry) Type() fs.FileMode {
	if e.dir {
		return fs.ModeDir
	}
	return 0
}

// What one item costs, its cursor and the cursor's JSON included.
func BenchmarkItem(b *testing.B) {
	many := longFile(b, 100_000)
	perItem(b, "lines", func() tasuki.Source[source.Offset, source.Line] { return lines(many) })
	perItem(b, "csv", func() csvSource { return source.CSV(table(many)) })
	db := database(b, "CREATE TABLE big (id INTEGER PRIMARY KEY, at TEXT NOT NULL)",
		series(100_000)+" INSERT INTO big SELECT i, i FROM s", "CREATE INDEX big_i ON big (at, id)")
	perItem(b, "sql", source.Table[int]{DB: db, Columns: "id", From: "big", Keys: []source.Key{{Column: "at"}, {Column: "id"}}, Scan: scanOne[int]}.Rows)
}

func perItem[C, T any](b *testing.B, name string, fresh func() tasuki.Source[C, T]) {
	b.Run(name, func(b *testing.B) {
		n := 0
		began := time.Now()
		for b.Loop() {
			for item, err := range fresh().After(b.Context(), *new(C)) {
				if err != nil {
					b.Fatal(err)
				}
				if _, err := json.Marshal(fresh().Cursor(item)); err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
		b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(n), "ns/item")
	})
}
