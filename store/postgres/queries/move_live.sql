-- Jobs to be moved, locked, or those of them that nobody else holds locked. in: seqs   out: what readJob reads
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
  coalesce(j.cancelling, false), l.kind, l.queue
FROM tasuki.jobs j LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.seq = ANY ($1::bigint[]) ORDER BY j.seq FOR UPDATE OF j
/* skip */ SKIP LOCKED
