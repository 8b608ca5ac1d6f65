-- Deletes ended jobs past their time, and dead ones that ended before a time; their
-- ids are remembered. in: dead before, how many at most   out: how many
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), o AS MATERIALIZED (
  (SELECT j.seq FROM tasuki.ended j WHERE j.until < (SELECT now FROM t) ORDER BY j.until LIMIT $2)
  UNION
  (SELECT j.seq FROM tasuki.ended j WHERE j.state = 7 AND j.ended < $1 ORDER BY j.ended LIMIT $2)
  LIMIT $2
), d AS (
  DELETE FROM tasuki.ended j USING o WHERE j.seq = o.seq RETURNING j.seq, j.id
), r AS (
  DELETE FROM tasuki.runs USING d WHERE runs.seq = d.seq
), g AS (
  DELETE FROM tasuki.tags USING d WHERE tags.seq = d.seq
), n AS (
  INSERT INTO tasuki.gone (at, ids) SELECT (SELECT now FROM t), array_agg(id) FROM d HAVING count(*) > 0
)
SELECT count(*) FROM d
