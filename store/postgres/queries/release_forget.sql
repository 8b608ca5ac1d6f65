-- Forgets a worker. in: worker
WITH o AS (
  DELETE FROM tasuki.orders WHERE worker = $1
), b AS (
  DELETE FROM tasuki.batches WHERE worker = $1 RETURNING done, failed
), w AS (
  DELETE FROM tasuki.workers WHERE worker = $1 RETURNING done, failed
)
UPDATE tasuki.counts SET done = counts.done + s.done, failed = counts.failed + s.failed
FROM (SELECT coalesce(sum(done), 0) AS done, coalesce(sum(failed), 0) AS failed
  FROM (SELECT done, failed FROM b UNION ALL SELECT done, failed FROM w) a) s
