-- Lanes of queues and kinds. Optional lines as in find_live.
-- in: queues, kinds (JSON lists)
SELECT lane FROM tasuki_lanes WHERE true
/* queues */ AND queue IN (SELECT value FROM json_each(?1))
/* kinds */ AND kind IN (SELECT value FROM json_each(?2))
