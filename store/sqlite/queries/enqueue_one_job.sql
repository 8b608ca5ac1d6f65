-- Adds the job of an id; no row is inserted if its lane is missing.
-- in: id, queue, kind, format, state, priority, ord, created, trail, args, more
INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, trail, args, more)
SELECT i.seq, ?1, l.lane, ?5, ?6, ?7, ?8, ?9, ?10, ?11
FROM tasuki_ids i CROSS JOIN tasuki_lanes l
WHERE i.id = ?1 AND l.queue = ?2 AND l.kind = ?3 AND l.format = ?4
