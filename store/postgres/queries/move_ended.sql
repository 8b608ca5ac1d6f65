-- As move_live. in: seqs   out: what readJob reads, and the unique key
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, NULL::bigint, NULL::integer, NULL::bigint, NULL::bigint,
  false, l.kind, l.queue, j.ukey
FROM tasuki.ended j LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.seq = ANY ($1::bigint[]) ORDER BY j.seq FOR UPDATE OF j
/* skip */ SKIP LOCKED
