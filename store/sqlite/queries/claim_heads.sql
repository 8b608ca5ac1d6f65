-- The lanes whose first places come first.
-- in: lanes as a JSON list, how many   out: lane
SELECT lane FROM (
  SELECT l.value AS lane,
    (SELECT priority FROM tasuki_ready WHERE lane = l.value ORDER BY priority, ord, seq LIMIT 1) AS priority,
    (SELECT ord FROM tasuki_ready WHERE lane = l.value ORDER BY priority, ord, seq LIMIT 1) AS ord,
    (SELECT seq FROM tasuki_ready WHERE lane = l.value ORDER BY priority, ord, seq LIMIT 1) AS seq
  FROM json_each(?1) l)
WHERE seq IS NOT NULL
ORDER BY priority, ord, seq LIMIT ?2
