-- The first places of a lane where suspects are ready, with their jobs; else as
-- mend_ready.
-- in: lane, how many
SELECT p.priority, p.ord, p.seq, j.seq IS NOT NULL, EXISTS (SELECT 1 FROM tasuki_lanes l WHERE l.lane = j.lane),
  j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more, j.cursor, j.progress
FROM (SELECT priority, ord, seq FROM tasuki_suspects WHERE lane = ?1 ORDER BY priority, ord, seq LIMIT ?2) p
LEFT JOIN tasuki_jobs j ON j.seq = p.seq
