-- Adds jobs that only a known id could keep out. One that is known breaks the whole
-- statement (unique_violation). If a lane is missing nothing is added.
-- in: 1 lanes' queues, 2 lanes' kinds, 3 format; of each job: 4 id, 5 number of its
--     lane from 1, 6 priority, 7 delay, 8 trail, 9 args, 10 more,
--     both empty for NULL; a column that is shorter than 4 ends in the first lane, 0 and NULL
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now, nextval('tasuki.seq') << 20 AS seq
), l AS MATERIALIZED (
  SELECT w.n, l.lane FROM unnest($1::text[], $2::text[]) WITH ORDINALITY w (queue, kind, n)
  JOIN tasuki.lanes l ON l.queue = w.queue AND l.kind = w.kind AND l.format = $3
), a AS MATERIALIZED (
  SELECT array_agg(l.lane ORDER BY l.n) AS lanes, count(*) AS n FROM l
), i AS MATERIALIZED (
  SELECT t.seq + j.n AS seq, t.now, j.id, a.lanes[coalesce(j.lane, 1)] AS lane, coalesce(j.priority, 0) AS priority, coalesce(j.delay, 0) AS delay,
    coalesce(j.trail, 0) AS trail, nullif(j.args, '') AS args, nullif(j.more, '') AS more
  FROM t, a, unnest($4::text[], $5::integer[], $6::integer[], $7::bigint[], $8::smallint[], $9::text[], $10::text[])
    WITH ORDINALITY j (id, lane, priority, delay, trail, args, more, n)
  WHERE a.n = cardinality($1::text[])
), k AS (
  INSERT INTO tasuki.ids (id, seq) SELECT id, seq FROM i
)
INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args, more)
SELECT seq, id, lane, CASE WHEN delay > 0 THEN 1 ELSE 2 END, priority, now + delay, now, trail, args, more FROM i
