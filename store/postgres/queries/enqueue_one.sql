-- Adds one job that only a known id could keep out: one that is known breaks the
-- statement (unique_violation). If its lane is missing nothing is added.
-- in: 1 queue, 2 kind, 3 format, 4 id, 5 priority, 6 delay, 7 trail, 8 args, 9 more,
--     both empty for NULL
WITH l AS (
  SELECT lane FROM tasuki.lanes WHERE queue = $1 AND kind = $2 AND format = $3
), k AS (
  INSERT INTO tasuki.ids (id, seq) SELECT $4, nextval('tasuki.seq') << 20 FROM l RETURNING seq
)
INSERT INTO tasuki.jobs (seq, id, lane, state, priority, ord, created, trail, args, more)
SELECT k.seq, $4, l.lane, CASE WHEN $6::bigint > 0 THEN 1 ELSE 2 END, $5, t.now + $6, t.now, $7, nullif($8, ''), nullif($9, '')
FROM k, l, (SELECT tasuki.now() AS now OFFSET 0) t
