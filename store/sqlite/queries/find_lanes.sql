-- Lanes of queues and kinds; an empty list means all.
-- in: queues, kinds (JSON lists)
SELECT lane FROM tasuki_lanes
WHERE (json_array_length(?1) = 0 OR queue IN (SELECT value FROM json_each(?1)))
  AND (json_array_length(?2) = 0 OR kind IN (SELECT value FROM json_each(?2)))
