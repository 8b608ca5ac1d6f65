-- Writes a live job that no worker holds (any more).
-- in: seq, state, ord, cursor, progress, trail, more
UPDATE tasuki_jobs SET state = ?2, ord = ?3, cursor = ?4, progress = ?5, trail = ?6, more = ?7,
  worker = NULL, token = NULL, claimed = NULL, beat = NULL, cancelling = NULL, saved = NULL
WHERE seq = ?1
