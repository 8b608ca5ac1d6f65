-- The first jobs of some lanes, in the order of a queue. Each lane is an arm of
-- the union, read in its order and no further than needed; the first arm brings
-- the suspects. Where a place has no job, all but seq is NULL.
-- in: how many, how many suspects, the suspects' lanes as a JSON list, then the
--     lanes
-- out: the shape picked
SELECT p.seq, j.id, j.lane, j.state, j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more, j.cursor, j.progress
FROM (
  SELECT * FROM (
    SELECT seq, priority, ord FROM tasuki_suspects
    WHERE lane IN (SELECT value FROM json_each(?3))
    ORDER BY priority, ord, seq LIMIT ?2)
  /* arms */
  ORDER BY priority, ord, seq LIMIT ?1) p
LEFT JOIN tasuki_jobs j ON j.seq = p.seq
