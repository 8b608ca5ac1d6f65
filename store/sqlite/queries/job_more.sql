-- in: seq, more
UPDATE tasuki_jobs SET more = ?2 WHERE seq = ?1
