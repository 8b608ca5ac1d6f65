-- Forgets ids that left before a time, as many batches of them as a number of ids
-- needs. in: time, how many ids   out: how many were forgotten
WITH g AS MATERIALIZED (
  SELECT n, ids, sum(cardinality(ids)) OVER (ORDER BY n) - cardinality(ids) AS before
  FROM (SELECT n, ids FROM tasuki.gone WHERE at < $1 ORDER BY n LIMIT $2) o
), d AS (
  DELETE FROM tasuki.gone USING g WHERE gone.n = g.n AND g.before < $2
  RETURNING g.ids
), i AS (
  DELETE FROM tasuki.ids WHERE id IN (SELECT unnest(ids) FROM d) RETURNING id
)
SELECT count(*) FROM i
