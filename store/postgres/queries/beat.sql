-- Raises a worker's number, unless this one is late, and answers what the worker holds,
-- which is looked up by the worker: otherwise what all of them run may be read.
-- in: 1 name, 2 beat, 3 info, 4 the last order that it has seen
-- out: what, number, text, token, was it made before the beat before, is it to be
--     cancelled. known: the beat before; beats: the number was raised; held: seq and id
--     of a job; order: its number and what it says
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
  DELETE FROM tasuki.orders r USING u WHERE r.worker = u.worker AND r.n <= $4
), h AS MATERIALIZED (
  SELECT j.seq, j.id, j.token, j.beat, coalesce(j.cancelling, false) AS cancelling
  FROM u CROSS JOIN LATERAL (
    SELECT j.seq, j.id, j.token, j.beat, j.cancelling FROM tasuki.jobs j WHERE j.worker = u.worker AND j.state = 3 OFFSET 0) j
)
SELECT 'known', o.beat, '', 0::bigint, false, false FROM o
UNION ALL SELECT 'beats', 0, '', 0, false, false FROM u
UNION ALL SELECT 'held', h.seq, h.id, h.token, h.beat < o.beat, h.cancelling FROM h, o
UNION ALL (SELECT 'order', r.n, r.what, 0, false, false FROM tasuki.orders r, u WHERE r.worker = u.worker AND r.n > $4 ORDER BY r.n)
