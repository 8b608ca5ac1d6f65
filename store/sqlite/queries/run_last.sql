-- in: seq   out: where the job stood at the end of its last run
SELECT cursor FROM tasuki_runs WHERE seq = ?1 ORDER BY n DESC LIMIT 1
