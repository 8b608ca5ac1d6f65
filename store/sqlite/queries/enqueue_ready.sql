-- Makes claimable what is ready among the jobs from a seq on, before another.
-- in: seq, seq
INSERT OR IGNORE INTO tasuki_ready (lane, priority, ord, seq)
SELECT lane, priority, ord, seq FROM tasuki_jobs WHERE seq >= ?1 AND seq < ?2 AND state = 2
