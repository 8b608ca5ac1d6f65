-- Finishes jobs. in: seqs
DELETE FROM plain WHERE seq = ANY ($1::bigint[])
