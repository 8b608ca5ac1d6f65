-- Adds jobs. in: seqs, args
INSERT INTO plain (seq, state, args) SELECT j.seq, 2, j.args FROM unnest($1::bigint[], $2::text[]) j (seq, args)
