-- Notes ids of jobs that left. in: now, ids
INSERT INTO tasuki_gone (at, ids) VALUES (?1, ?2)
