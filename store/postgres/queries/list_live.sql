-- in: seqs   out: what readListed reads
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
  coalesce(j.cancelling, false), l.kind, l.queue, l.format, j.created, j.args, j.ukey, w.name, NULL::bigint, NULL::text
FROM tasuki.jobs j LEFT JOIN tasuki.lanes l ON l.lane = j.lane LEFT JOIN tasuki.workers w ON w.worker = j.worker
WHERE j.seq = ANY ($1::bigint[])
