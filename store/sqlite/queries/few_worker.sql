-- in: worker, how many at most   out: seqs of what it runs
SELECT seq FROM tasuki_running WHERE worker = (SELECT worker FROM tasuki_workers WHERE name = ?1) LIMIT ?2
