-- Live jobs, the newest first. Lines that begin with a name in a comment stay
-- only if the filter asks for them.
-- in: 1 ids, 2 queues, 3 kinds, 4 tags (JSON lists), 5 worker, 6 states (JSON
--     list), 7 now, 8 before which seq, 9 how many at most
-- out: as (*listing).rows scans them
SELECT j.seq, j.id, l.queue, l.kind, l.format,
  CASE WHEN r.seq IS NOT NULL THEN 3 WHEN (j.state = 1 OR j.state = 4) AND j.ord <= ?7 THEN 2 ELSE j.state END AS is_now,
  j.priority, j.ord, j.created, j.trail, j.args, j.ukey, j.more, j.cursor, j.progress, NULL,
  (SELECT name FROM tasuki_workers w WHERE w.worker = r.worker), r.token, r.claimed, coalesce(r.cancelling, 0), 0
FROM tasuki_jobs j CROSS JOIN tasuki_lanes l LEFT JOIN tasuki_running r ON r.seq = j.seq
WHERE l.lane = j.lane AND j.seq < ?8
/* ids */ AND j.seq IN (SELECT seq FROM tasuki_ids WHERE id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1)))
/* ids */ AND j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1))
/* queues */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE queue IN (SELECT value FROM json_each(?2)))
/* kinds */ AND j.lane IN (SELECT lane FROM tasuki_lanes WHERE kind IN (SELECT value FROM json_each(?3)))
/* tags */ AND j.seq IN (SELECT seq FROM tasuki_tags WHERE tag IN (SELECT value FROM json_each(?4)))
/* worker */ AND j.seq IN (SELECT seq FROM tasuki_running WHERE worker = (SELECT worker FROM tasuki_workers WHERE name = ?5))
/* states */ AND is_now IN (SELECT value FROM json_each(?6))
ORDER BY j.seq DESC LIMIT ?9
