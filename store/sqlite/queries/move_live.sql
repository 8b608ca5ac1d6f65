-- in: seqs (JSON list)   out: the shape changeable
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved,
  NULL, NULL, NULL, 0, l.kind
FROM json_each(?1) v CROSS JOIN tasuki_jobs j LEFT JOIN tasuki_lanes l ON l.lane = j.lane
WHERE j.seq = v.value
