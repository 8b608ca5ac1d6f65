-- The first places of a lane where jobs are ready, with their jobs.
-- in: lane, how many
-- out: the place's priority, ord, seq; is its job there; is the job's lane; then the
--      shape picked
SELECT p.priority, p.ord, p.seq, j.seq IS NOT NULL, EXISTS (SELECT 1 FROM tasuki_lanes l WHERE l.lane = j.lane),
  j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more, j.cursor, j.progress
FROM (SELECT priority, ord, seq FROM tasuki_ready WHERE lane = ?1 ORDER BY priority, ord, seq LIMIT ?2) p
LEFT JOIN tasuki_jobs j ON j.seq = p.seq
