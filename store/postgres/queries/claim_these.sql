-- Claims some jobs, those that are ready still and that nobody holds locked.
-- in: 1 worker, 2 token, 3 seqs
-- out: as claim
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), w AS MATERIALIZED (
  SELECT worker, beat FROM tasuki.workers WHERE name = $1 FOR KEY SHARE
), c AS MATERIALIZED (
  SELECT j.seq FROM tasuki.jobs j WHERE j.seq = ANY ($3::bigint[]) AND j.state IN (2, 5)
  ORDER BY j.seq FOR UPDATE SKIP LOCKED
), u AS (
  UPDATE tasuki.jobs j SET state = 3, worker = w.worker, token = $2, claimed = t.now, beat = w.beat
  FROM w, t WHERE j.seq = ANY (ARRAY (SELECT c.seq FROM c))
  RETURNING 1::bigint, j.lane, j.seq, j.id, (SELECT kind FROM tasuki.lanes l WHERE l.lane = j.lane), (SELECT queue FROM tasuki.lanes l WHERE l.lane = j.lane),
    j.priority, j.ord, j.created, j.args, j.ukey, j.more, j.cursor, j.progress
)
SELECT EXISTS (SELECT FROM w), NULL::bigint, t.now, false, true, false, u.*
FROM t LEFT JOIN u ON true
