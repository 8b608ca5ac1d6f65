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

// A damaged is a table: which of its rows get the value %d of strange; the key by which
// they are changed one by one, since some may refuse it; and which of the crowd's jobs
// have a row in it, since the others need no bad ones.
type damaged struct{ key, rows, crowd string }

// ofAJob are the tables of which a job consists. The last two are no part of one, but
// what is in them must not hold up jobs either: there all rows get one value.
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
	"tasuki_gone":     {"n", `n = (SELECT n FROM tasuki_gone ORDER BY n LIMIT 1 OFFSET %d)`, "ready"},
	"tasuki_lanes":    {"lane", `kind = 'lost-%d'`, "ready"},
	"tasuki_workers":  {"worker", `name IN ('w', 'v')`, "settled returned released"},
	"tasuki_counts":   {"one", `one = 1`, "ready"},
}

const everyState = "finish bury cancel fail suspect settled returned released ready scheduled"

const ofJobs = `seq IN (SELECT seq FROM tasuki_jobs WHERE id LIKE 'bad-%[1]d-%%' UNION ALL SELECT seq FROM tasuki_ended WHERE id LIKE 'bad-%[1]d-%%')`

// A crowd fills a store with a good job in each state, and in some states bad ones, one
// for each strange value.
type crowd struct {
	t    *testing.T
	s    *Store
	bad  string         // in which states
	held []store.Record // what w holds and will settle
}

// names are those of the jobs in a state.
func (c *crowd) names(state string) []string {
	names := []string{"good-" + state}
	if slices.Contains(strings.Fields(c.bad), state) {
		for i := range strange {
			names = append(names, fmt.Sprintf("bad-%d-%s", i, state))
		}
	}
	return names
}

func (c *crowd) add(name string, change func(*store.Job)) {
	c.t.Helper()
	args := json.RawMessage(`"` + strings.Repeat("x", longArgs) + `"`)
	var jobs []store.Job
	for _, name := range c.names(name) {
		j := store.Job{ID: name, Kind: "k", Unique: "key of " + name, Tags: []string{"tag"}, Args: args}
		change(&j)
		jobs = append(jobs, j)
	}
	if _, err := c.s.Enqueue(c.t.Context(), jobs); err != nil {
		c.t.Fatal(err)
	}
}

// claimed adds jobs and has a worker claim them.
func (c *crowd) claimed(name, worker string) []store.Record {
	c.t.Helper()
	c.add(name, func(j *store.Job) { j.Keep = time.Hour })
	req := request(worker, 100)
	req.Suspects = 0
	r, err := c.s.Claim(c.t.Context(), req)
	if err != nil || len(r.Jobs) != len(c.names(name)) {
		c.t.Fatal(len(r.Jobs), err)
	}
	return r.Jobs
}

func (c *crowd) settled(batch uint64, jobs []store.Record, verb store.Verb) {
	c.t.Helper()
	all := outcomes(jobs, verb)
	for i := range all {
		o := &all[i]
		o.Delay, o.Result, o.Cursor, o.Progress = time.Minute, json.RawMessage("1"), json.RawMessage("7"), &store.Progress{Done: 1}
	}
	if _, err := c.s.Settle(c.t.Context(), store.SettleRequest{Worker: "w", Batch: batch, Outcomes: all}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) fill() {
	c.t.Helper()
	for _, name := range []string{"w", "v", "dying"} {
		beat(c.t, c.s, name, 1)
	}
	for i, verb := range []store.Verb{store.Finish, store.Bury, store.Cancel, store.Fail} {
		c.settled(uint64(i+1), c.claimed(string(verb), "w"), verb)
	}
	for i := range len(strange) + 1 { // a row in tasuki_gone each
		add(c.t, c.s, 1)
		c.settled(uint64(i+5), claim(c.t, c.s, "w", 1), store.Finish)
	}
	c.claimed("suspect", "dying")
	if _, err := c.s.Release(c.t.Context(), store.ReleaseRequest{Worker: "dying", Beat: 1, MaxDeaths: 3}); err != nil {
		c.t.Fatal(err)
	}
	c.held = c.claimed("settled", "w")
	c.claimed("returned", "w")
	c.claimed("released", "v")
	c.add("ready", func(*store.Job) {})
	c.add("scheduled", func(j *store.Job) { j.Delay = time.Minute })
	for i := range strange {
		kind := fmt.Sprintf("lost-%d", i)
		if _, err := c.s.Enqueue(c.t.Context(), []store.Job{{ID: kind, Kind: kind}}); err != nil {
			c.t.Fatal(err)
		}
	}
}

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

// TestNoValueInAnyColumnHoldsUpOtherJobs puts what does not belong there into every
// column, and then does all that can be done.
func TestNoValueInAnyColumnHoldsUpOtherJobs(t *testing.T) {
	for table, how := range ofAJob {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			template := openTemp(t, Options{Clock: (&clock{}).now})
			full := crowd{t: t, s: template, bad: how.crowd}
			full.fill()
			all := (&sweep{t: t, s: template}).list(1000)
			columns := columns(t, template, table)
			template.Close()
			for _, column := range columns {
				values := [][]string{strange}
				if table == "tasuki_workers" || table == "tasuki_counts" {
					values = [][]string{strange[3:4], strange[5:6]}
				}
				if table == "tasuki_workers" && (column == "name" || column == "worker") {
					continue // that makes another worker of it
				}
				for i, some := range values {
					t.Run(column, func(t *testing.T) {
						t.Parallel()
						path := filepath.Join(t.TempDir(), fmt.Sprint(i))
						copyFile(t, template.file.path, path)
						w := sweep{t: t, held: full.held, jobs: len(all)}
						w.run(table, column, some, path)
					})
				}
			}
		})
	}
}

// A sweep is one column that is damaged, and all that can be done then.
type sweep struct {
	t    *testing.T
	held []store.Record
	jobs int
	s    *Store
	c    *clock
}

func (w *sweep) run(table, column string, values []string, path string) {
	w.c = &clock{}
	w.c.advance(time.Second)
	var err error
	if w.s, err = Open(w.t.Context(), path, Options{Clock: w.c.now, Synchronous: Normal}); err != nil {
		w.t.Fatal(err)
	}
	defer w.s.Close()
	changed := 0
	for i, value := range values {
		changed += w.damage(i, table, column, value, ofAJob[table])
	}
	if changed == 0 && len(values) > 1 {
		w.fail("takes nothing strange")
	}
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

// damage puts a value into the column of the rows that are to get it, and answers
// how many took it.
func (w *sweep) damage(i int, table, column, value string, how damaged) (changed int) {
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
		if _, err := w.s.DB().Exec(fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s = ?`, table, column, value, key), k); err == nil {
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
