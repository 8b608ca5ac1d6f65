-- Adds a ready job. in: seq, id, now, args
WITH k AS (
  INSERT INTO tasuki.ids (id, seq) VALUES ($2::text, $1::bigint)
)
INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args)
VALUES ($1::bigint, $2::text, 1, 2, 0, $3::bigint, $3::bigint, 0, $4::text)
