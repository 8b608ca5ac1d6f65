-- Copies a live job to the ended ones.
-- in: seq, state, ord, trail, ended, until, more, cursor, progress, result
INSERT INTO tasuki_ended (seq, id, lane, state, priority, ord, created, trail, ended, until, args, ukey, more, cursor,
  progress, result)
SELECT seq, id, lane, ?2, priority, ?3, created, ?4, ?5, ?6, args, ukey, ?7, ?8, ?9, ?10
FROM tasuki_jobs WHERE seq = ?1
