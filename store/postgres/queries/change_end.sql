-- Brings live jobs to the ended ones.
-- in: seqs, states, ords, trails, ends, untils, mores, cursors, progresses, results
WITH d AS (
  DELETE FROM tasuki.jobs WHERE seq = ANY ($1::bigint[])
  RETURNING seq, id, lane, priority, created, args, ukey
)
INSERT INTO tasuki.ended (seq, id, lane, state, priority, ord, created, trail, ended, until, args, ukey, more, cursor, progress, result)
SELECT d.seq, d.id, d.lane, u.state, d.priority, u.ord, d.created, u.trail, u.ended, u.until, d.args, d.ukey, u.more, u.cursor, u.progress, u.result
FROM d JOIN unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[])
  u (seq, state, ord, trail, ended, until, more, cursor, progress, result) USING (seq)
