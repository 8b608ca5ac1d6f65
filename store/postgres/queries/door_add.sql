-- Adds jobs, without those whose ids are known. If a lane is missing nothing is
-- added.
-- in: as enqueue, and 11 unique keys (empty: NULL), 12 numbers of jobs from 1, 13 a tag of each,
--     14 of each lane its number, where the transaction may not see it yet, or NULL
-- out: id of each that is added; and, if the lanes were there, the transaction's
--     number with no id
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now, nextval('tasuki.seq') << 20 AS seq
), l AS MATERIALIZED (
  SELECT w.n, coalesce(w.lane, l.lane) AS lane FROM unnest($1::text[], $2::text[], $14::integer[]) WITH ORDINALITY w (queue, kind, lane, n)
  LEFT JOIN tasuki.lanes l ON l.queue = w.queue AND l.kind = w.kind AND l.format = $3
  WHERE coalesce(w.lane, l.lane) IS NOT NULL
), a AS MATERIALIZED (
  SELECT array_agg(l.lane ORDER BY l.n) AS lanes, count(*) AS n FROM l
), i AS MATERIALIZED (
  SELECT t.seq + j.n AS seq, t.now, j.id, a.lanes[coalesce(j.lane, 1)] AS lane, coalesce(j.priority, 0) AS priority, coalesce(j.delay, 0) AS delay,
    coalesce(j.trail, 0) AS trail, nullif(j.args, '') AS args, nullif(j.more, '') AS more, nullif(j.ukey, '') AS ukey, j.n
  FROM t, a, unnest($4::text[], $5::integer[], $6::integer[], $7::bigint[], $8::smallint[], $9::text[], $10::text[], $11::text[])
    WITH ORDINALITY j (id, lane, priority, delay, trail, args, more, ukey, n)
  WHERE a.n = cardinality($1::text[])
), k AS (
  INSERT INTO tasuki.ids (id, seq) SELECT id, seq FROM i ORDER BY id, seq ON CONFLICT DO NOTHING RETURNING seq
), j AS (
  INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args, more, ukey)
  SELECT seq, id, lane, CASE WHEN delay > 0 THEN 1 ELSE 2 END, priority, now + delay, now, trail, args, more, ukey
  FROM i JOIN k USING (seq)
), g AS (
  INSERT INTO tasuki.tags (tag, seq)
  SELECT DISTINCT g.tag, i.seq FROM unnest($12::integer[], $13::text[]) g (n, tag) JOIN i ON i.n = g.n JOIN k ON k.seq = i.seq
)
SELECT i.id, '' FROM i JOIN k USING (seq)
UNION ALL
SELECT '', pg_current_xact_id()::text FROM a WHERE a.n = cardinality($1::text[])
