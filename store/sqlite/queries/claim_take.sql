-- Claims the first jobs of some lanes, in the order of a queue. Each lane is an
-- arm of the union, read from the index in its order and no further than it is
-- needed; the first arm brings the suspects.
-- in: worker, token, now, beat, how many, how many suspects, the suspects'
--     lanes as a JSON list, then the lanes
-- out: the jobs, in no order
UPDATE tasuki_jobs SET state = 3, worker = ?1, token = ?2, claimed = ?3, beat = ?4
WHERE seq IN (
  SELECT seq FROM (
    SELECT * FROM (
      SELECT seq, priority, ord FROM tasuki_jobs
      WHERE state = 5 AND lane IN (SELECT value FROM json_each(?7))
      ORDER BY priority, ord, seq LIMIT ?6)
    /* arms */
    ORDER BY priority, ord, seq LIMIT ?5))
RETURNING seq, id, lane, priority, ord, created, args, ukey, trail, cursor, progress, more
