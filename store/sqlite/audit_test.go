package sqlite

import (
	"database/sql"
	"testing"
)

// audit asserts what must hold between the tables whenever nobody writes.
func audit(t testing.TB, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %s, %v", verdict, err)
	}
	auditIDs(t, db)
	for what, query := range rules {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		broken := 0
		for rows.Next() {
			broken++
		}
		if err := rows.Close(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if broken > 0 {
			t.Errorf("%d rows break the rule: %s", broken, what)
		}
	}
}

// auditIDs asserts that every id that is known is a job's or will be forgotten.
func auditIDs(t testing.TB, db *sql.DB) {
	t.Helper()
	var known, jobs int
	err := db.QueryRow(`SELECT (SELECT count(*) FROM tasuki_ids),
		(SELECT count(*) FROM tasuki_jobs) + (SELECT count(*) FROM tasuki_ended)`).Scan(&known, &jobs)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query("SELECT ids FROM tasuki_gone")
	gone := 0
	err = each(rows, err, func(r *sql.Rows) error {
		var list []byte
		err := r.Scan(&list)
		ids, _ := cutGone(list, len(list))
		gone += len(ids)
		return err
	})
	if err != nil || known != jobs+gone {
		t.Errorf("%d ids are known, %d of jobs and %d of those that left, %v", known, jobs, gone, err)
	}
}

// rules are queries for what must not be there.
var rules = map[string]string{
	"what is ready is a ready job, where it says": `SELECT 1 FROM tasuki_ready r LEFT JOIN tasuki_jobs j USING (seq)
		WHERE j.seq IS NULL OR j.state <> 2 OR (j.lane, j.priority, j.ord) <> (r.lane, r.priority, r.ord)`,
	"so it is with suspects": `SELECT 1 FROM tasuki_suspects r LEFT JOIN tasuki_jobs j USING (seq)
		WHERE j.seq IS NULL OR j.state <> 5 OR (j.lane, j.priority, j.ord) <> (r.lane, r.priority, r.ord)`,
	"what runs is a job that goes back to ready": `SELECT 1 FROM tasuki_running r LEFT JOIN tasuki_jobs j USING (seq)
		WHERE j.seq IS NULL OR j.state NOT IN (2, 5)`,
	"a ready job is claimable or runs, once": `SELECT 1 FROM tasuki_jobs j
		WHERE j.state = 2 AND (seq IN (SELECT seq FROM tasuki_ready)) + (seq IN (SELECT seq FROM tasuki_running)) <> 1`,
	"so is a suspect": `SELECT 1 FROM tasuki_jobs j
		WHERE j.state = 5 AND (seq IN (SELECT seq FROM tasuki_suspects)) + (seq IN (SELECT seq FROM tasuki_running)) <> 1`,
	"no job stands in two places": `SELECT seq FROM (SELECT seq FROM tasuki_ready UNION ALL SELECT seq FROM tasuki_suspects UNION ALL SELECT seq FROM tasuki_running)
		GROUP BY seq HAVING count(*) > 1`,
	"a job that waits for its time is nowhere else": `SELECT 1 FROM tasuki_jobs
		WHERE state IN (1, 4) AND seq IN (SELECT seq FROM tasuki_ready UNION SELECT seq FROM tasuki_suspects UNION SELECT seq FROM tasuki_running)`,
	"a live job has one of four states":       `SELECT 1 FROM tasuki_jobs WHERE state NOT IN (1, 2, 4, 5)`,
	"an ended job is not live":                `SELECT 1 FROM tasuki_ended WHERE seq IN (SELECT seq FROM tasuki_jobs)`,
	"every job's id is known as its own":      `SELECT 1 FROM (SELECT seq, id FROM tasuki_jobs UNION ALL SELECT seq, id FROM tasuki_ended) j LEFT JOIN tasuki_ids i USING (id) WHERE i.seq IS NOT j.seq`,
	"every job has a lane":                    `SELECT 1 FROM (SELECT lane FROM tasuki_jobs UNION SELECT lane FROM tasuki_ended) j LEFT JOIN tasuki_lanes l USING (lane) WHERE l.lane IS NULL`,
	"every claim is a known worker's":         `SELECT 1 FROM tasuki_running r LEFT JOIN tasuki_workers w USING (worker) WHERE w.worker IS NULL`,
	"runs, tags and long args have a job":     `SELECT 1 FROM (SELECT seq FROM tasuki_runs UNION SELECT seq FROM tasuki_tags UNION SELECT seq FROM tasuki_args) WHERE seq NOT IN (SELECT seq FROM tasuki_jobs UNION SELECT seq FROM tasuki_ended)`,
	"a job with a journal says so":            `SELECT 1 FROM (SELECT seq, trail FROM tasuki_jobs UNION ALL SELECT seq, trail FROM tasuki_ended) WHERE seq IN (SELECT seq FROM tasuki_runs) <> (trail & 2 > 0)`,
	"so does one with tags":                   `SELECT 1 FROM (SELECT seq, trail FROM tasuki_jobs UNION ALL SELECT seq, trail FROM tasuki_ended) WHERE seq IN (SELECT seq FROM tasuki_tags) <> (trail & 4 > 0)`,
	"so does one with long args":              `SELECT 1 FROM (SELECT seq, trail FROM tasuki_jobs UNION ALL SELECT seq, trail FROM tasuki_ended) WHERE seq IN (SELECT seq FROM tasuki_args) <> (trail & 8 > 0)`,
	"no journal is longer than its limit":     `SELECT seq FROM tasuki_runs GROUP BY seq HAVING count(*) > 50`,
	"only a job that runs has saved a cursor": `SELECT 1 FROM tasuki_jobs WHERE saved IS NOT NULL AND seq NOT IN (SELECT seq FROM tasuki_running)`,
}
