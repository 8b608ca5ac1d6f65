-- Makes claimable what became due in a lane, the earliest first, a bounded
-- number. claim_promoted comes next.
-- in: lane, now, how many at most
INSERT OR IGNORE INTO tasuki_ready (lane, priority, ord, seq)
SELECT lane, priority, ord, seq FROM tasuki_jobs
WHERE (state = 1 OR state = 4) AND lane = ?1 AND ord <= ?2
ORDER BY ord, seq LIMIT ?3
