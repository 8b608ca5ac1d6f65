-- Live jobs of a filter, the oldest first; lines as in list_live.
-- in: 1 to 7 as in list_live, 8 after which seq, 9 up to which, 10 how many
-- out: id, then what (*row).changeable names
SELECT j.id, j.seq, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved,
  r.worker, r.token, r.claimed, coalesce(r.cancelling, 0), l.kind
FROM tasuki_jobs j CROSS JOIN tasuki_lanes l LEFT JOIN tasuki_running r ON r.seq = j.seq
WHERE l.lane = j.lane AND j.seq > ?8 AND j.seq <= ?9
/* ids */ AND j.seq IN (SELECT seq FROM tasuki_ids WHERE id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1)))
/* ids */ AND j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1))
/* queues */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE queue IN (SELECT value FROM json_each(?2)))
/* kinds */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE kind IN (SELECT value FROM json_each(?3)))
/* tags */ AND j.seq IN (SELECT seq FROM tasuki_tags WHERE tag IN (SELECT value FROM json_each(?4)))
/* worker */ AND j.seq IN (SELECT seq FROM tasuki_running WHERE worker = (SELECT worker FROM tasuki_workers WHERE name = ?5))
/* states */ AND CASE WHEN r.seq IS NOT NULL THEN 3 WHEN (j.state = 1 OR j.state = 4) AND j.ord <= ?7 THEN 2 ELSE j.state END IN (SELECT value FROM json_each(?6))
ORDER BY j.seq LIMIT ?10
