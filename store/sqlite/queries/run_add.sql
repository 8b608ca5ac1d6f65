-- in: seq, number, worker, since, until, why, cursor
INSERT OR REPLACE INTO tasuki_runs (seq, n, worker, since, until, why, cursor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
