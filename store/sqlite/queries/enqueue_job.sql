-- in, for each: seq, id, lane, state, priority, ord, created, trail, args, ukey,
--     more
INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, trail, args, ukey, more)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) /* rows */
