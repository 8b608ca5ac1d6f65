-- in: seqs   out: lines of journals
SELECT seq, worker, since, until, why, cursor FROM tasuki.runs WHERE seq = ANY ($1::bigint[]) ORDER BY seq, n
