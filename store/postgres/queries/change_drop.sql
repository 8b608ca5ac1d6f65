-- Deletes live jobs; their ids are remembered. in: seqs
WITH d AS (
  DELETE FROM tasuki.jobs WHERE seq = ANY ($1::bigint[]) RETURNING id
)
INSERT INTO tasuki.gone (at, ids) SELECT (SELECT tasuki.now()), array_agg(id) FROM d HAVING count(*) > 0
