-- in: seqs (JSON list)   out: as (*listing).rows scans them
SELECT j.seq, j.id, l.queue, l.kind, l.format, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more,
  j.cursor, j.progress, j.result, j.ended
FROM json_each(?1) v CROSS JOIN tasuki_ended j CROSS JOIN tasuki_lanes l
WHERE j.seq = v.value AND l.lane = j.lane
