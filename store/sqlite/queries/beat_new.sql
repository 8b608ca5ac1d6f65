-- in: name, beat, now, info   out: the worker's number
INSERT INTO tasuki_workers (name, beat, started, beaten, batch, done, failed, info)
VALUES (?1, ?2, ?3, ?3, 0, 0, 0, ?4)
RETURNING worker
