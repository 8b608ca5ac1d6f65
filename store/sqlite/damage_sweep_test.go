package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// strange is what is put where it does not belong.
var strange = []string{`NULL`, `'{'`, `'[1]'`, `x'ff00'`, `x''`, `9223372036854775807`, `-9223372036854775808`, `1.5`}

// A damaged is a table: which of its rows get the flaw %d; the key by which they are
// changed one by one, since some may refuse it; and which of the crowd's jobs have a row
// in it, since the others need no bad ones.
type damaged struct{ key, rows, crowd string }

// A planted is a flaw that the sweep makes.
type planted struct{ column, value string }

// everyValue are all strange values in each of the columns.
func everyValue(values []string, columns ...string) (all []planted) {
	for _, column := range columns {
		for _, value := range values {
			all = append(all, planted{column, value})
		}
	}
	return all
}

// ofAJob are the tables of which a job consists. The last two are no part of one, but
// what is in them must not hold up jobs either: there all rows get one value at a time.
var ofAJob = map[string]damaged{
	"tasuki_jobs":     {"seq", `id LIKE 'bad-%d-%%'`, "fail suspect settled returned released ready scheduled"},
	"tasuki_ended":    {"seq", `id LIKE 'bad-%d-%%'`, "finish bury cancel"},
	"tasuki_ready":    {"seq", ofJobs, "ready"},
	"tasuki_suspects": {"seq", ofJobs, "suspect"},
	"tasuki_running":  {"seq", ofJobs, "settled returned released"},
	"tasuki_args":     {"seq", ofJobs, everyState},
	"tasuki_tags":     {"seq", ofJobs, everyState},
	"tasuki_runs":     {"rowid", ofJobs, everyState},
	"tasuki_ids":      {"id", `id LIKE 'bad-%d-%%'`, everyState},
	"tasuki_gone":     {"n", `n = (SELECT n FROM tasuki_gone ORDER BY n LIMIT 1 OFFSET %d)`, ""},
	"tasuki_lanes":    {"lane", `kind = 'lost-%d'`, ""},
	"tasuki_workers":  {"worker", `name IN ('w', 'v')`, ""},
	"tasuki_counts":   {"one", `one = 1`, ""},
}

const everyState = "finish bury cancel fail suspect settled returned released ready scheduled"

const ofJobs = `seq IN (SELECT seq FROM tasuki_jobs WHERE id LIKE 'bad-%[1]d-%%' UNION ALL SELECT seq FROM tasuki_ended WHERE id LIKE 'bad-%[1]d-%%')`

// columns are the names of a table's columns.
func columns(t *testing.T, s *Store, table string) (names []string) {
	t.Helper()
	rows, err := s.DB().Query(`SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// columnsAtOnce is how many columns of a table are damaged in one file, each in rows of
// its own.
const columnsAtOnce = 4

// TestNoValueInAnyColumnHoldsUpOtherJobs puts what does not belong there into every
// column, and then does all that can be done.
func TestNoValueInAnyColumnHoldsUpOtherJobs(t *testing.T) {
	for table, how := range ofAJob {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			template := openTemp(t, Options{Clock: (&clock{}).now})
			files := flawsOf(table, columns(t, template, table))
			full := crowd{t: t, s: template, bad: how.crowd, n: len(files[0])}
			full.fill()
			all := (&sweep{t: t, s: template}).list(1000)
			template.Close()
			for _, flaws := range files {
				t.Run(titleOf(flaws), func(t *testing.T) {
					t.Parallel()
					path := filepath.Join(t.TempDir(), "jobs.db")
					copyFile(t, template.file.path, path)
					w := sweep{t: t, held: full.held, jobs: len(all)}
					w.run(table, flaws, path)
				})
			}
		})
	}
}

// flawsOf are the flaws for each file.
func flawsOf(table string, columns []string) (files [][]planted) {
	switch table {
	case "tasuki_workers", "tasuki_counts":
		for _, column := range columns {
			if column != "worker" && column != "name" { // those make another worker of it
				files = append(files, everyValue(strange[3:4], column), everyValue(strange[5:6], column))
			}
		}
	default:
		for some := range slices.Chunk(columns, columnsAtOnce) {
			files = append(files, everyValue(strange, some...))
		}
	}
	return files
}

// titleOf says what is damaged: the columns, and the value if it is one.
func titleOf(flaws []planted) string {
	if len(flaws) == 1 {
		return flaws[0].column + "=" + flaws[0].value
	}
	var columns []string
	for _, f := range flaws {
		columns = append(columns, f.column)
	}
	return strings.Join(slices.Compact(columns), ",")
}

// A sweep is one file that is damaged, and all that can be done then.
type sweep struct {
	t    *testing.T
	held []store.Record
	jobs int
	s    *Store
	c    *clock
}

func (w *sweep) run(table string, flaws []planted, path string) {
	w.c = &clock{}
	w.c.advance(time.Second)
	var err error
	if w.s, err = Open(w.t.Context(), path, Options{Clock: w.c.now, Synchronous: Normal}); err != nil {
		w.t.Fatal(err)
	}
	defer w.s.Close()
	w.plant(table, flaws, ofAJob[table])
	if all := w.list(20); len(all) != w.jobs {
		w.fail("%d jobs are listed, want %d", len(all), w.jobs)
	}
	w.stats()
	w.settle()
	w.claims("good-ready", "good-suspect", "good-settled")
	w.beats()
	w.release()
	w.claims("good-returned", "good-released")
	w.c.advance(time.Hour)
	w.claims("good-scheduled", "good-fail")
	w.list(1000)
	w.enqueue()
	w.move(store.Ready)
	w.claims("good-bury", "good-cancel")
	w.move(store.Cancelled)
	w.list(1000)
	w.stats()
	w.prune()
	w.move(store.Deleted)
	if left := w.list(1000); len(left) > 0 {
		w.fail("%d jobs cannot be deleted: %+v", len(left), left[0])
	}
	w.c.advance(store.Remember + time.Hour)
	w.prune()
}

func (w *sweep) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf(format, args...)
}

// plant damages the rows that are to be.
func (w *sweep) plant(table string, flaws []planted, how damaged) {
	w.t.Helper()
	changed, values := map[string]int{}, map[string]int{}
	for i, f := range flaws {
		changed[f.column] += w.damage(i, table, f, how)
		values[f.column]++
	}
	for column, n := range changed {
		if n == 0 && values[column] > 1 {
			w.fail("%s takes nothing strange", column)
		}
	}
}

// damage puts one flaw into the rows that are to get it, and answers how many took it.
func (w *sweep) damage(i int, table string, f planted, how damaged) (changed int) {
	w.t.Helper()
	key, where := how.key, how.rows
	if strings.Contains(where, "%") {
		where = fmt.Sprintf(where, i)
	}
	var keys []string
	rows, err := w.s.DB().Query(fmt.Sprintf(`SELECT %s FROM %s WHERE %s`, key, table, where))
	err = each(rows, err, func(q *sql.Rows) error {
		var k string
		err := q.Scan(&k)
		keys = append(keys, k)
		return err
	})
	if err != nil || len(keys) == 0 {
		w.t.Fatalf("%s: %d rows to damage, %v", table, len(keys), err)
	}
	for _, k := range keys {
		if _, err := w.s.DB().Exec(fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s = ?`, table, f.column, f.value, key), k); err == nil {
			changed++
		}
	}
	return changed
}

// list reads all pages, as JSON as well.
func (w *sweep) list(limit int) (all []store.Record) {
	w.t.Helper()
	for next, pages := "", 0; ; pages++ {
		page, err := w.s.List(w.t.Context(), store.ListRequest{After: next, Limit: limit})
		if err != nil {
			w.fail("list: %v", err)
			return nil
		}
		if _, err := json.Marshal(page.Jobs); err != nil {
			w.fail("a list does not become JSON: %v", err)
		}
		all = append(all, page.Jobs...)
		if next = page.Next; next == "" {
			return all
		}
		if pages > 20 {
			w.fail("a list has no end")
			return all
		}
	}
}

func (w *sweep) stats() {
	w.t.Helper()
	if st, err := w.s.Stats(w.t.Context()); err != nil || len(st.Queues) == 0 {
		w.fail("stats: %+v, %v", st, err)
	}
	if all, err := w.s.Workers(w.t.Context(), store.WorkersRequest{}); err != nil || len(all) == 0 {
		w.fail("workers: %v, %v", all, err)
	}
}

// settle saves both running jobs, and hands over both.
func (w *sweep) settle() {
	w.t.Helper()
	for i, verb := range []store.Verb{store.Save, store.Return} {
		all := outcomes(w.held, verb)
		for j := range all {
			all[j].Seq = 1
		}
		r, err := w.s.Settle(w.t.Context(), store.SettleRequest{Worker: "w", Batch: uint64(100 + i), Outcomes: all})
		if err != nil {
			w.fail("settle: %v", err)
			return
		}
		for j, res := range r.Results {
			if w.held[j].ID == "good-settled" && res.What != store.Applied {
				w.fail("%s of the good job: %s %v", verb, res.What, res.Err)
			}
		}
	}
}

// claims takes what there is until there is nothing, each job at most once, and
// finishes what must be there.
func (w *sweep) claims(want ...string) {
	w.t.Helper()
	name := fmt.Sprint("claimer ", len(want), want[0])
	beat(w.t, w.s, name, 1)
	seen := map[string]int{}
	for batch := uint64(1); ; batch++ {
		r, err := w.s.Claim(w.t.Context(), request(name, 50))
		if err != nil || batch > 30 {
			w.fail("claim %d: %v", batch, err)
			return
		}
		for _, j := range r.Jobs {
			seen[j.ID]++
		}
		if len(r.Jobs) == 0 && r.Wait != time.Microsecond {
			break
		}
		if _, err := w.s.Settle(w.t.Context(), store.SettleRequest{Worker: name, Batch: batch, Outcomes: outcomes(r.Jobs, store.Finish)}); err != nil {
			w.fail("settle what was claimed: %v", err)
		}
	}
	for id, n := range seen {
		if n != 1 && len(id) > 3 { // short ones are what was put there
			w.fail("%s was claimed %d times", id, n)
		}
	}
	for _, id := range want {
		if seen[id] != 1 {
			w.fail("%s was not claimed", id)
		}
	}
}

func (w *sweep) beats() {
	w.t.Helper()
	for n := range uint64(3) {
		if _, err := w.s.Beat(w.t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: n + 2, State: store.Working}}); err != nil {
			w.fail("beat: %v", err)
		}
	}
}

// release releases the workers, as who watches them would.
func (w *sweep) release() {
	w.t.Helper()
	all, err := w.s.Workers(w.t.Context(), store.WorkersRequest{})
	if err != nil {
		w.fail("workers: %v", err)
	}
	for _, of := range all {
		if of.Name != "w" && of.Name != "v" {
			continue
		}
		r, err := w.s.Release(w.t.Context(), store.ReleaseRequest{Worker: of.Name, Beat: of.Beat, Why: "gone", MaxDeaths: 3})
		if err != nil || !r.Released {
			w.fail("release of %s: %+v, %v", of.Name, r, err)
		}
	}
}

func (w *sweep) enqueue() {
	w.t.Helper()
	for _, name := range []string{"0-suspect", "5-ready", "new"} {
		jobs := []store.Job{{ID: store.NewID(), Kind: "k", Unique: "key of bad-" + name}, {ID: "bad-" + name, Kind: "k"}}
		if _, err := w.s.Enqueue(w.t.Context(), jobs); err != nil {
			w.fail("enqueue: %v", err)
		}
	}
	if _, err := w.s.Enqueue(w.t.Context(), []store.Job{{ID: store.NewID(), Kind: "k", Args: w.held[0].Args}}); err != nil {
		w.fail("enqueue: %v", err)
	}
}

func (w *sweep) move(to store.State) {
	w.t.Helper()
	if _, err := w.s.Move(w.t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: to, Why: "asked"}); err != nil {
		w.fail("move to %s: %v", to, err)
	}
}

func (w *sweep) prune() {
	w.t.Helper()
	if r, err := w.s.Prune(w.t.Context(), store.PruneRequest{Dead: time.Minute}); err != nil || r.More {
		w.fail("prune: %+v, %v", r, err)
	}
}
