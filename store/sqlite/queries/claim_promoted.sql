-- Makes the same jobs ready. in: lane, now, how many at most
UPDATE tasuki_jobs SET state = 2
WHERE seq IN (
  SELECT seq FROM tasuki_jobs
  WHERE (state = 1 OR state = 4) AND lane = ?1 AND ord <= ?2
  ORDER BY ord, seq LIMIT ?3)
