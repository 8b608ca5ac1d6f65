-- Adds one job behind all others, unless its id is known, its unique key is
-- held, or its lane is missing; then no row is inserted.
-- in: id, queue, kind, format, state, priority, ord, created, args, ukey,
--     trail, more
INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, args, ukey, trail, more)
SELECT max(coalesce((SELECT max(seq) FROM tasuki_jobs), 0), coalesce((SELECT max(seq) FROM tasuki_ended), 0)) + 1,
  ?1, l.lane, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
FROM tasuki_lanes l
WHERE l.queue = ?2 AND l.kind = ?3 AND l.format = ?4
  AND NOT EXISTS (SELECT 1 FROM tasuki_ids WHERE id = ?1)
  AND NOT EXISTS (SELECT 1 FROM tasuki_ended WHERE id = ?1)
ON CONFLICT DO NOTHING
