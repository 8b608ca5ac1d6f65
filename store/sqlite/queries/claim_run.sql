-- Claims the jobs of a lane up to one. A job that has two places is claimed once.
-- in: worker, token, now, beat; lane, priority, ord, seq
INSERT OR IGNORE INTO tasuki_running (worker, seq, token, claimed, beat)
SELECT ?1, seq, ?2, ?3, ?4 FROM tasuki_ready WHERE lane = ?5 AND (priority, ord, seq) <= (?6, ?7, ?8)
