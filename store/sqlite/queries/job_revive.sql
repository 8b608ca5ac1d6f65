-- Copies an ended job back to the live ones, unless its unique key is held;
-- then no row is inserted. in: seq, now
INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, trail, args, ukey, more, cursor, progress)
SELECT seq, id, lane, 2, priority, ?2, created, trail, args, ukey, more, cursor, progress
FROM tasuki_ended WHERE seq = ?1
ON CONFLICT DO NOTHING
