-- Writes where a job stands with its handler's transaction.
-- in: id, cursor, its Seq
UPDATE tasuki_jobs SET cursor = ?2, saved = ?3 WHERE id = ?1 AND seq = (SELECT seq FROM tasuki_ids WHERE id = ?1)
