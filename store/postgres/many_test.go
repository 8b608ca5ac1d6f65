package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// fillSQL makes a million jobs: 400,000 ready ones of the kind k and as many of
// another in front of them, 100,000 scheduled ones, 98,000 in another queue that became
// due, 1,000 suspects, and 1,000 that the worker w runs; and 200,000 that ended.
const fillSQL = `
INSERT INTO tasuki.lanes (queue, kind, format) VALUES ('default', 'stranger', 1), ('default', 'k', 1), ('other', 'k', 1);
INSERT INTO tasuki.workers (name, beat, started, beaten, info) VALUES ('w', 5, 1, 1, '{}'), ('v', 5, 1, 1, '{}');
INSERT INTO tasuki.jobs (seq, ord, created, lane, priority, state, trail, id, worker, token, claimed, beat, ukey)
SELECT n, CASE WHEN n > 800000 AND n <= 900000 THEN 4000000000000000 + n ELSE n END, n,
  CASE WHEN n <= 400000 THEN 1 WHEN n > 900000 AND n <= 998000 THEN 3 ELSE 2 END, 0,
  CASE WHEN n <= 30000 THEN 3 WHEN n <= 800000 THEN 2 WHEN n <= 900000 THEN 1 WHEN n <= 998000 THEN 4 WHEN n <= 999000 THEN 5 ELSE 3 END, 0, 'id-' || n,
  CASE WHEN n > 999000 THEN 1 WHEN n <= 30000 THEN 2 END, CASE WHEN n > 999000 OR n <= 30000 THEN 7 END,
  CASE WHEN n > 999000 OR n <= 30000 THEN 1 END, CASE WHEN n > 999000 OR n <= 30000 THEN 4 END,
  CASE WHEN n % 10 = 0 THEN 'key-' || n END
FROM generate_series(1, 1000000) n;
INSERT INTO tasuki.ended (seq, ord, created, ended, until, lane, priority, state, trail, id)
SELECT n, n, n, n, n, 2, 0, 6 + n % 3, 0, 'id-' || n FROM generate_series(1000001, 1200000) n;
INSERT INTO tasuki.ids SELECT 'id-' || n, n FROM generate_series(1, 1200000) n;
INSERT INTO tasuki.gone (at, ids) SELECT n, ARRAY['gone-' || n] FROM generate_series(1, 100000) n;
INSERT INTO tasuki.runs SELECT n, 0, 'w', 1, 1, 'why' FROM generate_series(1, 1200000, 12) n;
INSERT INTO tasuki.tags SELECT 'tag', n FROM generate_series(1, 1200000, 12) n;
ALTER SEQUENCE tasuki.seq RESTART WITH 1000`

// A hot statement is one that workers and producers send all the time, and how it may
// read the tables that grow.
type hotStatement struct {
	query   query
	args    []any
	indexes string // that it reads, in order of their names; | is between others that will do
	blocks  int    // that it touches at most
}

func hotStatements() []hotStatement {
	none32, none64 := []int32{}, []int64{}
	var ids, fresh []string
	var tokens, seqs []int64
	var texts []*string
	for i := range 100 {
		ids, fresh = append(ids, fmt.Sprintf("id-%d", 999001+i)), append(fresh, fmt.Sprintf("new-%d", i))
		tokens, seqs = append(tokens, 7), append(seqs, int64(999001+i))
		texts = append(texts, nil)
	}
	lanes, zeros, delays, trails := make([]int32, 100), make([]int32, 100), make([]int64, 100), make([]int16, 100)
	for i := range lanes {
		lanes[i] = 1
	}
	plain := []any{[]string{"default"}, []string{"k"}, int32(1), fresh, lanes, zeros, delays, trails, texts, texts}
	claim := func(suspects int32) []any {
		return []any{"w", int64(8), int32(100), []string{"default", "none"}, []int32{0, 0}, []string{"k", "unknown"}, int32(1), suspects,
			none32, none32, none64, none64, int64(claimBytes), false}
	}
	return []hotStatement{
		// A plan made for no suspects leaves out their index.
		{claimSQL, claim(0), "jobs_due jobs_pkey jobs_ready jobs_suspect|jobs_due jobs_pkey jobs_ready", 4000},
		{bigSQL, claim(0), "jobs_due jobs_pkey jobs_ready jobs_suspect|jobs_due jobs_pkey jobs_ready", 4000},
		{theseSQL, []any{"w", int64(8), []int64{400001, 400002, 998001}}, "jobs_pkey", 300},
		{headsSQL, []any{[]string{"default"}, []string{"k"}, int32(1), int32(101), int32(101)}, "jobs_ready jobs_suspect", 500},
		{promoteSQL, []any{[]string{"other"}, []string{"k"}, int32(1), int32(100)}, "jobs_due jobs_pkey", 4000},
		{finishSQL, []any{"w", int64(1), ids, tokens, "{}"}, "batches_pkey ids_pkey jobs_pkey", 3000},
		{saveSQL, []any{"w", ids, tokens, texts, texts, tokens}, "ids_pkey jobs_pkey", 4000},
		{settleHeldSQL, []any{"w", ids}, "ids_pkey jobs_pkey", 3000},
		{settleOpenSQL, []any{"w", int64(1)}, "batches_pkey", 20},
		{putSQL, []any{seqs, slices.Repeat([]int16{2}, 100), tokens, trails, texts, texts, texts}, "jobs_pkey", 6000},
		{beatSQL, []any{"w", int64(6), "{}", int64(0)}, "batches_pkey jobs_running", 3000},
		{enqueueSQL, plain, "", 6000},
		{enqueueOne, []any{"default", "k", int32(1), "one", int32(0), int64(0), int16(0), nil, nil}, "", 100},
		{doorAddSQL, append(slices.Clone(plain), texts, none32, []string{}, []*int32{nil}), "", 6000},
		{doorLookSQL, []any{ids}, "ids_pkey", 600},
		{doorHoldersSQL, []any{[]string{"key-10", "key-20"}}, "jobs_ukey", 20},
		{fenceSQL, []any{"id-999001", "w", int64(7)}, "ids_pkey jobs_pkey", 50},
		{releaseHeldSQL, []any{int32(1), int32(1000)}, "jobs_running runs_pkey", 12000},
		{releaseCountSQL, []any{int32(1)}, "jobs_running", 1100},
		{pruneGoneSQL, []any{int64(1000), int32(100)}, "gone_pkey ids_pkey", 2000},
		{pruneEndedSQL, []any{int64(1), int32(100)}, "ended_pkey ended_state ended_until runs_pkey tags_seq", 4000},
		{pruneMoreSQL, []any{int64(0), int64(0)}, "ended_state ended_until gone_pkey", 50},
	}
}

// TestWithVeryManyJobsEveryHotStatementReadsByItsIndexes: at a million jobs none reads
// a table that grows but by the index that was made for it, and none touches more
// blocks than its own rows are worth, whatever the planner knows of the tables.
func TestWithVeryManyJobsEveryHotStatementReadsByItsIndexes(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{Settings: map[string]string{"fsync": "off", "shared_buffers": "256MB", "max_wal_size": "4GB", "autovacuum": "off"}})
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	admin := connect(t, server.DSN("postgres"))
	kept := plannedBy(t, s, "force_generic_plan")
	for _, h := range hotStatements() {
		h.prepare(t, kept, s)
		h.execute(t, kept, "")
	}
	run(t, admin, fillSQL)
	t.Run("planned while empty", func(t *testing.T) {
		for _, h := range hotStatements() {
			t.Run(h.query.name, func(t *testing.T) { h.check(t, kept) })
		}
	})
	t.Run("never analyzed", func(t *testing.T) { everyHotStatement(t, s) })
	run(t, admin, "VACUUM ANALYZE")
	t.Run("analyzed", func(t *testing.T) { everyHotStatement(t, s) })
}

// plannedBy is a session, one of the store's own, that plans in one mode.
func plannedBy(t *testing.T, s *Store, mode string) *pgx.Conn {
	t.Helper()
	conn, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own := conn.Hijack()
	t.Cleanup(func() { own.Close(context.Background()) })
	run(t, own, "SET plan_cache_mode = "+mode)
	return own
}

// everyHotStatement checks them planned for their values, and once for all.
func everyHotStatement(t *testing.T, s *Store) {
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		t.Run(mode, func(t *testing.T) {
			conn := plannedBy(t, s, mode)
			for _, h := range hotStatements() {
				t.Run(h.query.name, func(t *testing.T) {
					h.prepare(t, conn, s)
					h.check(t, conn)
				})
			}
		})
	}
}

// A planNode is one step of a plan.
type planNode struct {
	Type     string     `json:"Node Type"`
	Table    string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Hit      int        `json:"Shared Hit Blocks"`
	Read     int        `json:"Shared Read Blocks"`
	Removed  float64    `json:"Rows Removed by Filter"`
	Unjoined float64    `json:"Rows Removed by Join Filter"`
	Children []planNode `json:"Plans"`
}

func (n *planNode) walk(see func(*planNode)) {
	see(n)
	for i := range n.Children {
		n.Children[i].walk(see)
	}
}

// mostRemoved is how many rows a step of a plan may read for nothing: two lists of a
// call that are joined row by row.
const mostRemoved = 100 * 100

// smallTables are those that do not grow with the jobs.
var smallTables = []string{"lanes", "workers", "orders", "paused", "ticks", "counts"}

func (h *hotStatement) check(t *testing.T, conn *pgx.Conn) {
	plan, text := h.explain(t, conn)
	indexes := map[string]bool{}
	plan.walk(func(n *planNode) {
		if slices.Contains(smallTables, n.Table) {
			return
		}
		if n.Removed+n.Unjoined > mostRemoved {
			t.Errorf("%.0f rows are read and left out:\n%s", n.Removed+n.Unjoined, text)
		}
		switch {
		case n.Type == "Index Scan" || n.Type == "Index Only Scan":
			indexes[n.Index] = true
		case strings.HasSuffix(n.Type, "Scan") && n.Table != "":
			t.Errorf("%s on %s:\n%s", n.Type, n.Table, text)
		case n.Type == "Sort" && len(n.Children) == 1 && n.Children[0].Table == "jobs":
			t.Errorf("what is read of jobs is sorted:\n%s", text)
		}
	})
	// Of a small table the index says no more than a scan.
	maps.DeleteFunc(indexes, func(index string, _ bool) bool {
		table, _, _ := strings.Cut(index, "_")
		return slices.Contains(smallTables, table)
	})
	if got := strings.Join(slices.Sorted(maps.Keys(indexes)), " "); !slices.Contains(strings.Split(h.indexes, "|"), got) {
		t.Errorf("it reads by %q, want %q:\n%s", got, h.indexes, text)
	}
	if got := plan.Hit + plan.Read; got > h.blocks {
		t.Errorf("it touches %d blocks, want %d at most:\n%s", got, h.blocks, text)
	}
	t.Logf("%d blocks", plan.Hit+plan.Read)
}

func (h *hotStatement) prepare(t *testing.T, conn *pgx.Conn, s *Store) {
	t.Helper()
	run(t, conn, "PREPARE "+h.query.name+" AS "+s.text(h.query))
}

// execute runs the statement behind a prefix, and undoes it.
func (h *hotStatement) execute(t *testing.T, conn *pgx.Conn, prefix string) (answer string) {
	t.Helper()
	var args []string
	for _, a := range h.args {
		args = append(args, literal(a))
	}
	run(t, conn, "BEGIN")
	defer run(t, conn, "ROLLBACK")
	rows, err := conn.Query(context.Background(), fmt.Sprintf("%sEXECUTE %s (%s)", prefix, h.query.name, strings.Join(args, ", ")), pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if values := rows.RawValues(); len(values) == 1 {
			answer = string(values[0])
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(h.query.name, err)
	}
	return answer
}

// explain is how the statement was run.
func (h *hotStatement) explain(t *testing.T, conn *pgx.Conn) (*planNode, string) {
	t.Helper()
	text := h.execute(t, conn, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ")
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		t.Fatal(err)
	}
	return &plans[0].Plan, text
}

// literal is a value in a statement's text.
func literal(v any) string {
	switch v := asText(v).(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	default:
		return fmt.Sprint(v)
	}
}
