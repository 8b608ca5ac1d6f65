-- in: seqs (JSON list)   out: the shape listed
SELECT j.seq, j.id, j.lane, l.queue, l.kind, l.format, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more,
  j.cursor, j.progress, NULL, 0
FROM json_each(?1) v CROSS JOIN tasuki_jobs j LEFT JOIN tasuki_lanes l ON l.lane = j.lane
WHERE j.seq = v.value
