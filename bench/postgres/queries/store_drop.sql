-- Finishes jobs; their ids are remembered. in: seqs
WITH d AS (
  DELETE FROM tasuki.jobs WHERE seq = ANY ($1::bigint[]) RETURNING id
)
INSERT INTO tasuki.gone (at, ids) SELECT 1, array_agg(id) FROM d
