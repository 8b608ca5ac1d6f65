-- The job of a claim, if it is held.
-- in: id, worker, token   out: the shape changeable
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved,
  r.worker, r.token, r.claimed, r.cancelling, (SELECT kind FROM tasuki_lanes l WHERE l.lane = j.lane)
FROM tasuki_ids i CROSS JOIN tasuki_running r CROSS JOIN tasuki_jobs j
WHERE i.id = ?1 AND r.worker = ?2 AND r.seq = i.seq AND r.token = ?3 AND j.seq = i.seq AND j.id = i.id
