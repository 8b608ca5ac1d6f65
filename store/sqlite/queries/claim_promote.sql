-- Makes ready what became due in a lane, the earliest first, a bounded number.
-- in: lane, now, how many at most
UPDATE tasuki_jobs SET state = 2
WHERE seq IN (
  SELECT seq FROM tasuki_jobs
  WHERE (state = 1 OR state = 4) AND lane = ?1 AND ord <= ?2
  ORDER BY ord LIMIT ?3)
