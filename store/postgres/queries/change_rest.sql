-- Deletes what jobs have in other tables. in: seqs
WITH r AS (DELETE FROM tasuki.runs WHERE seq = ANY ($1::bigint[]))
DELETE FROM tasuki.tags WHERE seq = ANY ($1::bigint[])
