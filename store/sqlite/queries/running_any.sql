-- in: seq   out: a row if somebody runs the job
SELECT 1 FROM tasuki_running WHERE seq = ?1 LIMIT 1
