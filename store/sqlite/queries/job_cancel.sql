-- Marks a running job as to be cancelled. in: seq, more
UPDATE tasuki_jobs SET cancelling = 1, more = ?2 WHERE seq = ?1
