-- in: name, beat   out: the worker's number, state and when it beat last, if that
--     is its beat, or if its beat is no number
SELECT worker, CASE WHEN json_valid(info) THEN info ->> 'state' END, beaten FROM tasuki_workers
WHERE name = ?1 AND (beat = ?2 OR typeof(beat) <> 'integer')
