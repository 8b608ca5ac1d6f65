-- Ended jobs of a filter, the oldest first; lines and values as in move_live.
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, NULL, NULL, NULL, NULL, 0, l.kind
FROM tasuki_ended j CROSS JOIN tasuki_lanes l
WHERE l.lane = j.lane AND j.seq > ?8 AND j.seq <= ?9
/* ids */ AND j.seq IN (SELECT seq FROM tasuki_ids WHERE id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1)))
/* ids */ AND j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1))
/* queues */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE queue IN (SELECT value FROM json_each(?2)))
/* kinds */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE kind IN (SELECT value FROM json_each(?3)))
/* tags */ AND j.seq IN (SELECT seq FROM tasuki_tags WHERE tag IN (SELECT value FROM json_each(?4)))
/* worker */ AND ?5 IS NULL
/* states */ AND j.state IN (SELECT value FROM json_each(?6))
ORDER BY j.seq LIMIT ?10
