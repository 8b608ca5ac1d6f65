-- Makes claimable what is ready among the jobs from a seq on.
-- in: seq
INSERT INTO tasuki_ready (lane, priority, ord, seq)
SELECT lane, priority, ord, seq FROM tasuki_jobs WHERE seq >= ?1 AND state = 2
