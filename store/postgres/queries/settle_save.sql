-- Writes how far running jobs got, where nothing newer was there first.
-- in: 1 worker, 2 ids, 3 tokens, 4 cursors, 5 progresses, 6 seqs
-- out: number from 1 of each that is held
WITH h AS MATERIALIZED (
  SELECT j.seq, o.n, o.cursor, o.progress, o.saved
  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY o (id, token, cursor, progress, saved, n)
  JOIN tasuki.workers w ON w.name = $1 JOIN tasuki.ids i ON i.id = o.id JOIN tasuki.jobs j ON j.seq = i.seq
  WHERE j.state = 3 AND j.worker = w.worker AND j.token = o.token
  ORDER BY j.seq FOR UPDATE OF j
), u AS (
  UPDATE tasuki.jobs j SET cursor = coalesce(h.cursor, j.cursor), progress = coalesce(h.progress, j.progress), saved = h.saved
  FROM h WHERE j.seq = h.seq AND (j.saved IS NULL OR j.saved < h.saved)
)
SELECT n FROM h
