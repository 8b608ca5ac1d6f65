-- Writes how far running jobs got, where nothing newer was there first.
-- in: 1 worker, 2 ids, 3 tokens, 4 cursors, 5 progresses, 6 seqs
-- out: number from 1 of each that is held
WITH o AS MATERIALIZED (
  SELECT i.seq, o.n, o.token, w.worker, o.cursor, o.progress, o.saved
  FROM tasuki.workers w, unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
    WITH ORDINALITY o (id, token, cursor, progress, saved, n)
  CROSS JOIN LATERAL (SELECT i.seq FROM tasuki.ids i WHERE i.id = o.id OFFSET 0) i
  WHERE w.name = $1
  ORDER BY i.seq
), h AS MATERIALIZED (
  SELECT o.seq, o.n, o.cursor, o.progress, o.saved
  FROM o CROSS JOIN LATERAL (
    SELECT FROM tasuki.jobs j WHERE j.seq = o.seq AND j.state + 0 = 3 AND j.worker = o.worker AND j.token = o.token
    FOR UPDATE) j
), u AS (
  UPDATE tasuki.jobs j SET cursor = coalesce(h.cursor, j.cursor), progress = coalesce(h.progress, j.progress), saved = h.saved
  FROM h WHERE j.seq = h.seq AND (j.saved IS NULL OR j.saved < h.saved)
)
SELECT n FROM h
