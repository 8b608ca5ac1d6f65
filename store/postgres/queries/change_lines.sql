-- Adds lines to journals. in: seqs, ns, workers, sinces, untils, whys, cursors
INSERT INTO tasuki.runs (seq, n, worker, since, until, why, cursor)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
ON CONFLICT (seq, n) DO NOTHING
