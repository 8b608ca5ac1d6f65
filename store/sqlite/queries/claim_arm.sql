-- One arm of claim_pick. in: lane
UNION ALL SELECT seq, priority, ord FROM tasuki_ready WHERE lane = ?
