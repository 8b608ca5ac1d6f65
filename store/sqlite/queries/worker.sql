-- in: name   out: the worker's number and its beat
SELECT worker, beat FROM tasuki_workers WHERE name = ?1
