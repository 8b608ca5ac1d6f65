-- Copies a live job to the ended ones.
-- in: seq, state, ord, cursor, progress, result, trail, more, ended, until
INSERT INTO tasuki_ended (seq, id, lane, state, priority, ord, created, args, ukey, cursor, progress, result,
  trail, more, ended, until)
SELECT seq, id, lane, ?2, priority, ?3, created, args, ukey, ?4, ?5, ?6, ?7, ?8, ?9, ?10
FROM tasuki_jobs WHERE seq = ?1
