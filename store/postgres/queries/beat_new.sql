-- Makes a worker known that has not beaten yet. in: name, info
INSERT INTO tasuki.workers (name, beat, started, beaten, info) SELECT $1, -1, now, now, $2 FROM (SELECT tasuki.now() AS now) t
ON CONFLICT DO NOTHING
