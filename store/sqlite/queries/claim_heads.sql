-- The lanes whose first jobs come first.
-- in: lanes as a JSON list, how many   out: lane
SELECT l.value FROM json_each(?1) l CROSS JOIN tasuki_jobs j
WHERE j.seq = (SELECT seq FROM tasuki_ready WHERE lane = l.value ORDER BY priority, ord, seq LIMIT 1)
ORDER BY j.priority, j.ord, j.seq LIMIT ?2
