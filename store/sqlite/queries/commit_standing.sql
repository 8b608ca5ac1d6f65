-- Writes where a job stands with its handler's transaction.
-- in: seq, cursor or NULL, its Seq, progress or NULL
UPDATE tasuki_jobs SET cursor = coalesce(?2, cursor), saved = ?3, progress = coalesce(?4, progress) WHERE seq = ?1
