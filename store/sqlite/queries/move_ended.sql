-- in: seqs (JSON list)   out: id, then what (*row).changeable names
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, NULL,
  NULL, NULL, NULL, 0, l.kind
FROM json_each(?1) v CROSS JOIN tasuki_ended j CROSS JOIN tasuki_lanes l
WHERE j.seq = v.value AND l.lane = j.lane
