-- Marks running jobs that shall be cancelled. in: seqs, mores
UPDATE tasuki.jobs j SET cancelling = true, more = u.more
FROM unnest($1::bigint[], $2::text[]) u (seq, more) WHERE j.seq = u.seq
