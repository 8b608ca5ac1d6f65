-- The lanes whose first jobs come first.
-- in: lanes as a JSON list, how many   out: lane
SELECT l.value FROM json_each(?1) l JOIN tasuki_jobs j ON j.seq = (
  SELECT seq FROM tasuki_jobs WHERE state = 2 AND lane = l.value ORDER BY priority, ord, seq LIMIT 1)
ORDER BY j.priority, j.ord, j.seq LIMIT ?2
