-- Jobs of claims, locked. in: worker's name, ids   out: what readJob reads
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
  coalesce(j.cancelling, false), l.kind, l.queue
FROM tasuki.workers w, unnest($2::text[]) o (id)
JOIN tasuki.ids i ON i.id = o.id JOIN tasuki.jobs j ON j.seq = i.seq LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE w.name = $1 AND j.state = 3 AND j.worker = w.worker
ORDER BY j.seq FOR UPDATE OF j
