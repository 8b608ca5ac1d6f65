-- in: seq   out: the journal
SELECT worker, since, until, why, cursor FROM tasuki_runs WHERE seq = ?1 ORDER BY n
