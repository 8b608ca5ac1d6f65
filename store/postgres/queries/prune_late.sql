-- Batches of ids that left later than now: a clock was ahead once. They left by now.
-- in: after which batch, how many are looked at   out: the last of them, how many of
-- them were late
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), o AS MATERIALIZED (
  SELECT n, at FROM tasuki.gone WHERE n > $1 ORDER BY n LIMIT $2
), u AS (
  UPDATE tasuki.gone g SET at = t.now FROM o, t WHERE g.n = o.n AND o.at > t.now RETURNING g.n
)
SELECT coalesce((SELECT max(n) FROM o), 0), count(*) FROM u
