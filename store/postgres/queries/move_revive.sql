-- Brings ended jobs back to the live ones. in: seqs, ords, trails, mores
WITH d AS (
  DELETE FROM tasuki.ended WHERE seq = ANY ($1::bigint[])
  RETURNING seq, id, lane, priority, created, args, ukey, cursor, progress
)
INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args, ukey, more, cursor, progress)
SELECT d.seq, d.id, d.lane, 2, d.priority, u.ord, d.created, u.trail, d.args, d.ukey, u.more, d.cursor, d.progress
FROM d JOIN unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[]) u (seq, ord, trail, more) USING (seq)
