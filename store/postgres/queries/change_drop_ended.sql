-- Deletes ended jobs; their ids are remembered. in: seqs
WITH d AS (
  DELETE FROM tasuki.ended WHERE seq = ANY ($1::bigint[]) RETURNING id
)
INSERT INTO tasuki.gone (at, ids) SELECT (SELECT tasuki.now()), array_agg(id) FROM d HAVING count(*) > 0
