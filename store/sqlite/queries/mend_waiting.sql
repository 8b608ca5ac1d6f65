-- Jobs of a lane that wait for a time that is none.
-- in: lane, how many   out: the shape picked
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more, j.cursor, j.progress
FROM tasuki_jobs j
WHERE (j.state = 1 OR j.state = 4) AND j.lane = ?1 AND typeof(j.ord) <> 'integer' LIMIT ?2
