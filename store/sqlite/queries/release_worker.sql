-- in: name, beat   out: the worker's number, state and when it beat last, if that
--     is its beat
SELECT worker, info ->> 'state', beaten FROM tasuki_workers WHERE name = ?1 AND beat = ?2
