-- Claims the first jobs of some lanes, unless something has to be seen to first:
-- jobs that became due, or suspects that may be taken. How many each lane gives is
-- read without locks; then each gives that many of those that nobody holds locked, from
-- the first that was read on: in front of it may lie what is left of many that are gone. If
-- those are too many bytes, nothing is claimed by the lines named small, and by those
-- named big the first of them in the order in which they shall start.
-- in: 1 worker, 2 token, 3 how many, 4 queues, 5 their shares, 6 kinds, 7 format,
--     8 how many suspects; where to begin reading in some lanes: 9 lanes,
--     10 priorities, 11 ords, 12 seqs; 13 how many bytes: the job that passes that
--     is the last; 14 jobs that became due do not matter: some of them are ready now
-- out: is the worker known; when the first that waits becomes due; now; is there a
--     suspect; were there more jobs; were some too many bytes; and of each job that was
--     taken, or NULL: number of its queue, lane, seq, id, kind, queue, priority, ord,
--     created, args, ukey, more, cursor, progress
WITH t AS MATERIALIZED (
  SELECT tasuki.now() AS now
), w AS MATERIALIZED (
  SELECT worker, beat FROM tasuki.workers WHERE name = $1 FOR KEY SHARE
), l AS MATERIALIZED (
  SELECT l.lane, l.queue, l.kind, q.n, q.share, coalesce(m.priority, -2147483648) AS priority,
    coalesce(m.ord, -9223372036854775808) AS ord, coalesce(m.seq, 0) AS seq
  FROM unnest($4::text[], $5::integer[]) WITH ORDINALITY q (queue, share, n)
  JOIN tasuki.lanes l ON l.queue = q.queue AND l.kind = ANY ($6::text[]) AND l.format = $7
  LEFT JOIN unnest($9::integer[], $10::integer[], $11::bigint[], $12::bigint[]) m (lane, priority, ord, seq) ON m.lane = l.lane
  WHERE EXISTS (SELECT FROM w) AND NOT EXISTS (SELECT FROM tasuki.paused p WHERE p.queue = q.queue)
), s AS MATERIALIZED (
  SELECT min(d.ord) AS due, coalesce(bool_or(x.suspect), false) AS suspect
  FROM l
  LEFT JOIN LATERAL (
    SELECT j.ord FROM tasuki.jobs j WHERE j.lane = l.lane AND j.state IN (1, 4) ORDER BY j.ord, j.seq LIMIT 1) d ON true
  LEFT JOIN LATERAL (
    SELECT true AS suspect FROM tasuki.jobs j WHERE j.lane = l.lane AND j.state = 5 ORDER BY j.priority LIMIT 1) x ON $8 > 0
), h AS MATERIALIZED (
  SELECT l.lane, l.n, l.share, j.priority, j.ord, j.seq
  FROM l CROSS JOIN LATERAL (
    SELECT j.priority, j.ord, j.seq FROM tasuki.jobs j
    WHERE j.lane = l.lane AND j.state = 2 AND (j.priority, j.ord, j.seq) >= (l.priority, l.ord, l.seq)
    ORDER BY j.priority, j.ord, j.seq LIMIT $3::integer + 1) j
  WHERE $3 > 0 AND NOT EXISTS (SELECT FROM s, t WHERE s.due <= t.now AND NOT $14::boolean OR s.suspect)
), k AS MATERIALIZED (
  SELECT lane, count(*) AS jobs FROM (
    SELECT r.lane FROM (
      SELECT h.lane, h.n, h.share, row_number() OVER (PARTITION BY h.n ORDER BY h.priority, h.ord, h.seq) AS rank FROM h) r
    ORDER BY r.rank > r.share, r.n, r.rank LIMIT $3) c
  GROUP BY lane
), p AS MATERIALIZED (
  SELECT DISTINCT ON (h.lane) h.lane, h.priority, h.ord, h.seq FROM h ORDER BY h.lane, h.priority, h.ord, h.seq
), c AS MATERIALIZED (
  SELECT l.n, l.share, j.priority, j.ord, j.seq, j.bytes
  FROM k JOIN l USING (lane) JOIN p USING (lane) CROSS JOIN LATERAL (
    SELECT j.priority, j.ord, j.seq, coalesce(octet_length(j.args), 0)::bigint + coalesce(octet_length(j.cursor), 0) AS bytes FROM tasuki.jobs j
    WHERE j.lane = k.lane AND j.state = 2 AND (j.priority, j.ord, j.seq) >= (p.priority, p.ord, p.seq)
    ORDER BY j.priority, j.ord, j.seq LIMIT k.jobs
    FOR UPDATE SKIP LOCKED) j
), b AS MATERIALIZED (
  SELECT coalesce(sum(c.bytes), 0) > $13::bigint AS big FROM c
), f AS (
/* small */ SELECT c.seq FROM c WHERE NOT (SELECT b.big FROM b)
/* big */ SELECT o.seq FROM (
/* big */   SELECT r.seq, sum(r.bytes) OVER (ORDER BY r.rank > r.share, r.n, r.rank ROWS UNBOUNDED PRECEDING) - r.bytes AS before FROM (
/* big */     SELECT c.*, row_number() OVER (PARTITION BY c.n ORDER BY c.priority, c.ord, c.seq) AS rank FROM c) r) o
/* big */ WHERE NOT (SELECT b.big FROM b) OR o.before < $13
), u AS (
  UPDATE tasuki.jobs j SET state = 3, worker = w.worker, token = $2, claimed = t.now, beat = w.beat
  FROM w, t WHERE j.seq = ANY (ARRAY (SELECT f.seq FROM f))
  RETURNING j.lane, j.seq, j.id, j.priority, j.ord, j.created, j.args, j.ukey, j.more, j.cursor, j.progress
)
SELECT EXISTS (SELECT FROM w), s.due, t.now, s.suspect, (SELECT count(*) FROM h) > $3,
/* small */ (SELECT b.big FROM b),
/* big */ (SELECT count(*) FROM f) < (SELECT count(*) FROM c),
  l.n, u.lane, u.seq, u.id, l.kind, l.queue, u.priority, u.ord, u.created, u.args, u.ukey, u.more, u.cursor, u.progress
FROM s CROSS JOIN t LEFT JOIN (u JOIN l USING (lane)) ON true
