-- in: seq, cursor, progress, the save's own Seq
UPDATE tasuki_jobs SET cursor = ?2, progress = ?3, saved = ?4 WHERE seq = ?1
