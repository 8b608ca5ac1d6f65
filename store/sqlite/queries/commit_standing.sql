-- Writes where a job stands with its handler's transaction.
-- in: id, cursor or NULL, its Seq, progress or NULL
UPDATE tasuki_jobs SET cursor = coalesce(?2, cursor), saved = ?3, progress = coalesce(?4, progress)
WHERE id = ?1 AND seq = (SELECT seq FROM tasuki_ids WHERE id = ?1)
