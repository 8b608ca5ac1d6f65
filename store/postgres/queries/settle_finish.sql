-- Finishes jobs that leave nothing but their id, and notes the batch: all of them, or
-- nothing if the batch was applied before or one of them is not held or leaves more.
-- in: 1 worker, 2 batch, 3 ids, 4 tokens, 5 the answers kept if all are finished
-- out: was it done; was the batch applied before
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), w AS MATERIALIZED (
  SELECT w.worker, EXISTS (SELECT FROM tasuki.batches b WHERE b.worker = w.worker AND b.batch = $2) AS before
  FROM tasuki.workers w WHERE w.name = $1
), h AS MATERIALIZED (
  SELECT j.seq FROM w, unnest($3::text[], $4::bigint[]) o (id, token)
  JOIN tasuki.ids i ON i.id = o.id JOIN tasuki.jobs j ON j.seq = i.seq
  WHERE NOT w.before AND j.state = 3 AND j.worker = w.worker AND j.token = o.token AND j.trail = 0
  ORDER BY j.seq FOR UPDATE OF j
), d AS (
  DELETE FROM tasuki.jobs WHERE seq IN (SELECT seq FROM h) AND (SELECT count(*) FROM h) = cardinality($3::text[])
  RETURNING id
), g AS (
  INSERT INTO tasuki.gone (at, ids) SELECT t.now, array_agg(d.id) FROM d, t GROUP BY t.now
), b AS (
  INSERT INTO tasuki.batches (worker, batch, done, failed, answers)
  SELECT w.worker, $2, count(*), 0, $5 FROM d, w GROUP BY w.worker
  RETURNING batch
)
SELECT EXISTS (SELECT FROM b), coalesce((SELECT before FROM w), false)
