-- Raises a worker's number, unless this one is late, and looks at its claims.
-- in: 1 name, 2 beat, 3 info, 4 ids of named claims, 5 their tokens, 6 the last order
--     that it has seen
-- out: what, number, text. known: the beat before; beats: it was raised; lost, cancel:
--     number from 1 of a named claim; back: seq of a claim that nobody names and that
--     was made before the beat before; order: its number and what it says
WITH o AS MATERIALIZED (
  SELECT worker, beat FROM tasuki.workers WHERE name = $1
), b AS (
  DELETE FROM tasuki.batches b USING o WHERE b.worker = o.worker AND o.beat < $2
    AND b.batch < (SELECT m.batch FROM tasuki.batches m, o WHERE m.worker = o.worker ORDER BY m.batch DESC LIMIT 1)
  RETURNING b.done, b.failed
), u AS (
  UPDATE tasuki.workers w SET beat = $2, beaten = tasuki.now(), info = $3,
    done = w.done + (SELECT coalesce(sum(b.done), 0) FROM b), failed = w.failed + (SELECT coalesce(sum(b.failed), 0) FROM b)
  FROM o WHERE w.worker = o.worker AND w.beat < $2
  RETURNING w.worker
), d AS (
  DELETE FROM tasuki.orders r USING u WHERE r.worker = u.worker AND r.n <= $6
), h AS MATERIALIZED (
  SELECT j.seq, j.id, j.token, j.beat, coalesce(j.cancelling, false) AS cancelling
  FROM u JOIN tasuki.jobs j ON j.worker = u.worker WHERE j.state = 3
), n AS MATERIALIZED (
  SELECT c.n, h.seq, h.cancelling
  FROM unnest($4::text[], $5::bigint[]) WITH ORDINALITY c (id, token, n) LEFT JOIN h ON h.id = c.id AND h.token = c.token
)
SELECT 'known', o.beat, '' FROM o
UNION ALL SELECT 'beats', 0, '' FROM u
UNION ALL SELECT 'lost', n.n, '' FROM n, u WHERE n.seq IS NULL
UNION ALL SELECT 'cancel', n.n, '' FROM n WHERE n.cancelling
UNION ALL SELECT 'back', h.seq, '' FROM h, o WHERE h.beat < o.beat AND h.seq NOT IN (SELECT seq FROM n WHERE seq IS NOT NULL)
UNION ALL (SELECT 'order', r.n, r.what FROM tasuki.orders r, u WHERE r.worker = u.worker AND r.n > $6 ORDER BY r.n)
