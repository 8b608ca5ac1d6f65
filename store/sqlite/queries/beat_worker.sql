-- in: name   out: the worker's number, its beat, when it started
SELECT worker, beat, started FROM tasuki_workers WHERE name = ?1
