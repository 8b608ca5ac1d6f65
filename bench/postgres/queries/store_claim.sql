-- Claims the first ready jobs. in: how many, token   out: seq, args
WITH c AS MATERIALIZED (
  SELECT seq FROM tasuki.jobs WHERE lane = 1 AND state = 2
  ORDER BY priority, ord, seq LIMIT $1::integer FOR UPDATE SKIP LOCKED
)
UPDATE tasuki.jobs j SET state = 3, worker = 1, token = $2::bigint, claimed = 1, beat = 1
FROM c WHERE j.seq = c.seq
RETURNING j.seq, j.args
