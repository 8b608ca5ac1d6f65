-- The first jobs and suspects of some lanes.
-- in: 1 queues, 2 kinds, 3 format, 4 how many of each lane, 5 how many suspects of each
-- out: queue, is it a suspect, priority, ord, seq, bytes
SELECT l.queue, j.state = 5, j.priority, j.ord, j.seq, coalesce(octet_length(j.args), 0)::bigint + coalesce(octet_length(j.cursor), 0)
FROM tasuki.lanes l CROSS JOIN LATERAL (
  (SELECT j.state, j.priority, j.ord, j.seq, j.args, j.cursor FROM tasuki.jobs j WHERE j.lane = l.lane AND j.state = 2
   ORDER BY j.priority, j.ord, j.seq LIMIT $4)
  UNION ALL
  (SELECT j.state, j.priority, j.ord, j.seq, j.args, j.cursor FROM tasuki.jobs j WHERE j.lane = l.lane AND j.state = 5
   ORDER BY j.priority, j.ord, j.seq LIMIT $5)) j
WHERE l.queue = ANY ($1::text[]) AND l.kind = ANY ($2::text[]) AND l.format = $3
  AND NOT EXISTS (SELECT FROM tasuki.paused p WHERE p.queue = l.queue)
