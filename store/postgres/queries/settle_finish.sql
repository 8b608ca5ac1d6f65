-- Finishes jobs that leave nothing but their id, and notes the batch: all of them, or
-- nothing if the batch was applied before or one of them is not held or leaves more.
-- Each id is looked up, and each job by its seq (hence the + 0): otherwise all that the
-- worker runs may be read for each of its jobs.
-- in: 1 worker, 2 batch, 3 ids, 4 tokens, 5 the answers kept if all are finished
-- out: was it done; was the batch applied before
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), w AS MATERIALIZED (
  SELECT w.worker, EXISTS (SELECT FROM tasuki.batches b WHERE b.worker = w.worker AND b.batch = $2) AS before
  FROM tasuki.workers w WHERE w.name = $1
), o AS MATERIALIZED (
  SELECT i.seq, o.token, w.worker
  FROM w, unnest($3::text[], $4::bigint[]) o (id, token)
  CROSS JOIN LATERAL (SELECT i.seq FROM tasuki.ids i WHERE i.id = o.id OFFSET 0) i
  WHERE NOT w.before
  ORDER BY i.seq
), h AS MATERIALIZED (
  SELECT j.seq
  FROM o CROSS JOIN LATERAL (
    SELECT j.seq FROM tasuki.jobs j
    WHERE j.seq = o.seq AND j.state + 0 = 3 AND j.worker = o.worker AND j.token = o.token AND j.trail = 0
    FOR UPDATE) j
), d AS (
  DELETE FROM tasuki.jobs WHERE seq = ANY (ARRAY (SELECT h.seq FROM h WHERE (SELECT count(*) FROM h) = cardinality($3::text[])))
  RETURNING id
), g AS (
  INSERT INTO tasuki.gone (at, ids) SELECT t.now, array_agg(d.id) FROM d, t GROUP BY t.now
), b AS (
  INSERT INTO tasuki.batches (worker, batch, done, failed, answers)
  SELECT w.worker, $2, count(*), 0, $5 FROM d, w GROUP BY w.worker
  RETURNING batch
)
SELECT EXISTS (SELECT FROM b), coalesce((SELECT before FROM w), false)
