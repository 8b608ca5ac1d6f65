-- A claim's job. in: worker, token, seq   out: the shape changeable
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved,
  r.worker, r.token, r.claimed, r.cancelling, (SELECT kind FROM tasuki_lanes l WHERE l.lane = j.lane)
FROM tasuki_running r CROSS JOIN tasuki_jobs j
WHERE r.worker = ?1 AND r.token = ?2 AND r.seq = ?3 AND j.seq = r.seq
