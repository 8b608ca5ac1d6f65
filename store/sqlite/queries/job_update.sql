-- Writes a live job. in: seq, state, ord, trail, more, cursor, progress
UPDATE tasuki_jobs SET state = ?2, ord = ?3, trail = ?4, more = ?5, cursor = ?6, progress = ?7, saved = NULL
WHERE seq = ?1
