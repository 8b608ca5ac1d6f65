-- Jobs of a worker, locked; those that somebody else holds locked are left out.
-- in: name, seqs, before which beat they were claimed   out: what readJob reads
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
  coalesce(j.cancelling, false), l.kind, l.queue
FROM tasuki.workers w JOIN tasuki.jobs j ON j.worker = w.worker LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE w.name = $1 AND j.seq = ANY ($2::bigint[]) AND j.state = 3 AND j.beat < $3
ORDER BY j.seq FOR UPDATE OF j SKIP LOCKED
