-- One arm of claim_take. in: lane
UNION ALL SELECT seq, priority, ord FROM tasuki_jobs WHERE state = 2 AND lane = ?
