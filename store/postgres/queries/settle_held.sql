-- Jobs of claims, locked. in: worker's name, ids   out: what readJob reads
WITH o AS MATERIALIZED (
  SELECT DISTINCT i.seq, w.worker
  FROM tasuki.workers w, unnest($2::text[]) o (id)
  CROSS JOIN LATERAL (SELECT i.seq FROM tasuki.ids i WHERE i.id = o.id OFFSET 0) i
  WHERE w.name = $1
  ORDER BY i.seq
)
SELECT j.*, l.kind, l.queue
FROM o CROSS JOIN LATERAL (
  SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
    coalesce(j.cancelling, false)
  FROM tasuki.jobs j WHERE j.seq = o.seq AND j.state + 0 = 3 AND j.worker = o.worker
  FOR UPDATE) j
LEFT JOIN tasuki.lanes l ON l.lane = j.lane
