package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/store/redis"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

const (
	storesPage   = "../../docs/stores.md"
	benchFigures = "../../bench/README.md"
)

// written are the parts of the page that are made here.
var written = regexp.MustCompile(`(?s)(<!-- (\w+): written by a test -->\n).*?(<!-- end -->)`)

func TestTheStoresPageSaysWhatStoresCanAndWhatWasMeasured(t *testing.T) {
	page, err := os.ReadFile(storesPage)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{"features": featureTable(t, everyStore(t)), "speed": speedTable(t)}
	fresh := written.ReplaceAllStringFunc(string(page), func(part string) string {
		at := written.FindStringSubmatch(part)
		table := parts[at[2]]
		delete(parts, at[2])
		return at[1] + table + at[3]
	})
	if len(parts) > 0 {
		t.Fatalf("the page has no place for %v", parts)
	}
	switch {
	case fresh == string(page):
	case *update:
		if err := os.WriteFile(storesPage, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("what stores can, or the figures in bench/README.md, have changed: go test ./cmd/tasuki -run StoresPage -update writes it into docs/stores.md")
	}
}

// everyStore is one of each, in the order of the page's columns.
func everyStore(t *testing.T) []store.Store {
	t.Helper()
	file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	server := pgtest.Shared(t)
	database, err := postgres.Open(t.Context(), server.DSN(server.Database(t)), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	beside, err := redis.Open(t.Context(), redistest.Shared(t).DB(t).URL(), redis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { beside.Close() })
	return []store.Store{memory.New(memory.Options{}), file, database, beside}
}

// features are the rows of the page's table: a field of store.Features and its words.
var features = []struct{ field, words string }{
	{"Commit", "`EnqueueTx` and `Commit`: in your own transactions"},
	{"Cursor", "cursors and progress: resumable jobs, steps"},
	{"Then", "jobs enqueued in the write that ends another (`Then`)"},
	{"Unique", "unique keys"},
	{"IDs", "an id is known as long as its job is there"},
	{"Remember", "… and after its end, or else after its enqueue, for"},
	{"Order", "exact order inside a queue"},
	{"Priority", "priorities inside a queue"},
	{"Weights", "weighted queues"},
	{"Kinds", "jobs of kinds that nobody knows cost nothing, however many"},
	{"Schedules", "schedules"},
	{"Tick", "one job for each tick, from any number of workers"},
	{"Keep", "results and records of done jobs (`Keep`)"},
	{"Journal", "a journal of each job's runs"},
	{"Tags", "tags"},
	{"Marks", "marks of deploys"},
	{"Pause", "pausing queues"},
	{"Cancel", "cancelling jobs that run"},
	{"Signal", "orders to workers: quiet, resume, stop, dump"},
	{"MaxPayload", "arguments, cursor and result, each up to"},
}

func featureTable(t *testing.T, stores []store.Store) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| |")
	for _, st := range stores {
		fmt.Fprintf(&b, " %s |", st.Features().Name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(stores)) + "\n")
	told := map[string]bool{"Name": true}
	for _, f := range features {
		told[f.field] = true
		fmt.Fprintf(&b, "| %s |", f.words)
		for _, st := range stores {
			fmt.Fprintf(&b, " %s |", featureText(t, reflect.ValueOf(st.Features()).FieldByName(f.field)))
		}
		b.WriteString("\n")
	}
	for f := range reflect.TypeFor[store.Features]().Fields() {
		if !told[f.Name] {
			t.Errorf("Features.%s is in no row of the table", f.Name)
		}
	}
	b.WriteString("| workers are woken, instead of polling |")
	for _, st := range stores {
		_, ok := st.(store.Listener)
		fmt.Fprintf(&b, " %s |", featureText(t, reflect.ValueOf(ok)))
	}
	b.WriteString("\n")
	return b.String()
}

func featureText(t *testing.T, v reflect.Value) string {
	t.Helper()
	switch v := v.Interface().(type) {
	case bool:
		if v {
			return "yes"
		}
		return "–"
	case time.Duration:
		return fmt.Sprintf("%.0f min", v.Minutes())
	case int:
		return fmt.Sprintf("%d kB", v>>10)
	}
	t.Fatalf("the table knows no way to write a %s", v.Type())
	return ""
}

// speeds are the rows of the page's second table: where bench/README.md has their
// figures. A heading may say besides over how long it was.
var speeds = []struct{ words, title, column, unit string }{
	{"jobs that do nothing, 100 slots, from a full queue", "No-op jobs worked off from a full queue, 100 slots", "jobs/s, recorded", "/s"},
	{"enqueue one by one", "Enqueue one by one", "jobs/s", "/s"},
	{"… by ten goroutines", "Enqueue one by one, 10 goroutines", "jobs/s", "/s"},
	{"… 1,000 a call", "Enqueue in bulk, 1,000 a call", "jobs/s", "/s"},
	{"from Enqueue to the handler, one process: median", "Latency from Enqueue to start, one process", "p50 ms", " ms"},
	{"… 99 of 100", "Latency from Enqueue to start, one process", "p99 ms", " ms"},
	{"the same across two processes: median", "Latency from Enqueue to start, two processes", "p50 ms", " ms"},
	{"… 99 of 100", "Latency from Enqueue to start, two processes", "p99 ms", " ms"},
	{"an idle worker: statements", "A worker without jobs, 10 slots", "statements/s", "/s"},
	{"… and processor", "A worker without jobs, 10 slots", "CPU %", " %"},
}

func speedTable(t *testing.T) string {
	t.Helper()
	figures, err := os.ReadFile(benchFigures)
	if err != nil {
		t.Fatal(err)
	}
	parts := partsOf(t, string(figures))
	var b strings.Builder
	b.WriteString("| |")
	for _, p := range parts {
		fmt.Fprintf(&b, " %s |", p.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(parts)) + "\n")
	busy := make([]int, len(parts))
	for _, s := range speeds {
		fmt.Fprintf(&b, "| %s |", s.words)
		for i, p := range parts {
			table := tableUnder(t, p.text, s.title)
			fmt.Fprintf(&b, " %s%s |", figure(t, table, s.column), s.unit)
			busy[i] = max(busy[i], othersDuring(t, table))
		}
		b.WriteString("\n")
	}
	b.WriteString("| meanwhile other programs used, of the machine, up to |")
	for _, n := range busy {
		fmt.Fprintf(&b, " %d %% |", n)
	}
	b.WriteString("\n")
	return b.String()
}

// A part of bench/README.md is about one store.
type part struct{ name, text string }

// partsOf are the parts, one behind the other; the first has no heading of its own. What
// was not measured yet has none.
func partsOf(t *testing.T, figures string) []part {
	t.Helper()
	parts := []part{{"sqlite", figures}}
	for _, next := range []struct{ name, heading string }{{"postgres", "PostgreSQL"}, {"redis", "Redis"}} {
		last := &parts[len(parts)-1]
		before, behind, found := strings.Cut(last.text, "\n## "+next.heading+"\n")
		if last.text = before; found {
			parts = append(parts, part{next.name, behind})
		}
	}
	if len(parts) < 2 {
		t.Fatal("bench/README.md has no part PostgreSQL")
	}
	return parts
}

// tableUnder is the table under a heading, and what is said below it.
func tableUnder(t *testing.T, figures, title string) string {
	t.Helper()
	heading := regexp.MustCompile(`(?m)^#{3,4} ` + regexp.QuoteMeta(title) + `(, over \d+ s)?\n`).FindStringIndex(figures)
	if heading == nil {
		t.Fatalf("bench/README.md has no table %q", title)
	}
	table, _, _ := strings.Cut(figures[heading[1]:], "\n#")
	return table
}

// figure is what the row of tasuki says in a column.
func figure(t *testing.T, table, column string) string {
	t.Helper()
	at := -1
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		for i, c := range cells {
			if at < 0 && strings.TrimSpace(c) == column {
				at = i
			}
		}
		if at >= 0 && len(cells) > at && strings.TrimSpace(cells[1]) == "tasuki" {
			value, _, _ := strings.Cut(strings.TrimSpace(cells[at]), " ")
			return strings.Trim(value, "*")
		}
	}
	t.Fatalf("bench/README.md has no row tasuki with a column %q in\n%s", column, table)
	return ""
}

// othersDuring is how much of the processors others used while a table was measured.
func othersDuring(t *testing.T, table string) int {
	t.Helper()
	said := regexp.MustCompile(`Other processes meanwhile: (\d+) %`).FindStringSubmatch(table)
	if said == nil {
		t.Fatalf("bench/README.md does not say what others used during\n%s", table)
	}
	n, err := strconv.Atoi(said[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
