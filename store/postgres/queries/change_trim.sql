-- Deletes lines of journals up to a number, but the first. in: seqs, numbers
DELETE FROM tasuki.runs r USING unnest($1::bigint[], $2::integer[]) u (seq, n) WHERE r.seq = u.seq AND r.n > 0 AND r.n < u.n
