-- Adds ready jobs. in: seqs, ids, now, args
WITH k AS (
  INSERT INTO tasuki.ids (id, seq) SELECT * FROM unnest($2::text[], $1::bigint[])
)
INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args)
SELECT j.seq, j.id, 1, 2, 0, $3::bigint, $3::bigint, 0, j.args FROM unnest($1::bigint[], $2::text[], $4::text[]) j (seq, id, args)
