-- What each lane of these queues and kinds holds; paused queues have none.
-- in: queues as a JSON list, kinds as a JSON list, format
-- out: lane, queue, kind, is one ready, is a suspect ready, when the first that
--      waits becomes due
SELECT l.lane, l.queue, l.kind,
  EXISTS (SELECT 1 FROM tasuki_ready WHERE lane = l.lane),
  EXISTS (SELECT 1 FROM tasuki_suspects WHERE lane = l.lane),
  (SELECT ord FROM tasuki_jobs WHERE (state = 1 OR state = 4) AND lane = l.lane ORDER BY ord LIMIT 1)
FROM json_each(?1) q CROSS JOIN json_each(?2) k CROSS JOIN tasuki_lanes l
WHERE l.queue = q.value AND l.kind = k.value AND l.format = ?3
  AND NOT EXISTS (SELECT 1 FROM tasuki_paused p WHERE p.queue = q.value)
