package sqlite

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// plan is how SQLite runs a statement.
func plan(t *testing.T, s *Store, sql string) []string {
	t.Helper()
	rows, err := s.DB().Query("EXPLAIN QUERY PLAN "+sql, make([]any, strings.Count(sql, "?")+8)...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

// TestNoStatementReadsAWholeTableThatGrows holds for every statement, but for
// those that are about all of it or read from an end until a limit.
func TestNoStatementReadsAWholeTableThatGrows(t *testing.T) {
	s := openTemp(t, Options{})
	mayScan := map[string][]string{
		"stats":        {"SCAN tasuki_ready", "SCAN tasuki_suspects", "SCAN tasuki_jobs USING INDEX tasuki_jobs_due", "SCAN tasuki_ended USING COVERING INDEX tasuki_ended_lane"},
		"prune_more":   {"SCAN tasuki_gone"},
		"prune_oldest": {"SCAN tasuki_gone"},
		"few_live":     {"SCAN tasuki_running"},
		"find_live":    {"SCAN tasuki_running"},
		// Only for jobs that are not where they should be.
		"search_ready": {"SCAN tasuki_ready"}, "search_suspects": {"SCAN tasuki_suspects"},
	}
	grows := []string{"tasuki_jobs", "tasuki_ended", "tasuki_ids", "tasuki_gone", "tasuki_ready", "tasuki_suspects",
		"tasuki_args", "tasuki_tags", "tasuki_runs"}
	names, err := fs.Glob(queries, "queries/*.sql")
	if err != nil || len(names) < 50 {
		t.Fatal(len(names), err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "queries/"), ".sql")
		if name == "claim_arm" {
			continue // a part of claim_pick
		}
		sql := strings.ReplaceAll(text(name), "/* rows */", "")
		for _, step := range plan(t, s, sql) {
			table, _, _ := strings.Cut(strings.TrimPrefix(step, "SCAN "), " ")
			if strings.HasPrefix(step, "SCAN ") && slices.Contains(grows, table) && !slices.Contains(mayScan[name], step) {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// TestAClaimReadsEachLaneInItsOrderAndNoFurther: nothing of what is ready is
// sorted, so the cost does not grow with it.
func TestAClaimReadsEachLaneInItsOrderAndNoFurther(t *testing.T) {
	s := openTemp(t, Options{})
	for arms, sql := range pickSQL {
		steps := plan(t, s, sql)
		lanes, sorts := 0, 0
		for _, step := range steps {
			switch {
			case step == "SEARCH tasuki_ready USING PRIMARY KEY (lane=?)":
				lanes++
			case strings.Contains(step, "TEMP B-TREE"):
				sorts++
			}
		}
		// The suspects, a few, are sorted twice.
		if lanes != arms || sorts != 2 {
			t.Errorf("%d arms: %d lanes read by key, %d sorts; want %d and 2:\n%s", arms, lanes, sorts, arms, strings.Join(steps, "\n"))
		}
	}
}
