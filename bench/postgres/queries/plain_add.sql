-- Adds a job. in: seq, args
INSERT INTO plain (seq, state, args) VALUES ($1, 2, $2)
