-- in: name, beat   out: the worker's number and state, if that is its beat
SELECT worker, info ->> 'state' FROM tasuki_workers WHERE name = ?1 AND beat = ?2
