-- Claims the first ready jobs. in: how many, token   out: seq, args
WITH c AS MATERIALIZED (
  SELECT seq FROM plain WHERE state = 2 ORDER BY seq LIMIT $1::integer FOR UPDATE SKIP LOCKED
)
UPDATE plain p SET state = 3, token = $2::bigint FROM c WHERE p.seq = c.seq RETURNING p.seq, p.args
