-- in: name   out: the worker's number, its last batch, that batch's answers
SELECT worker, batch, answers FROM tasuki_workers WHERE name = ?1
