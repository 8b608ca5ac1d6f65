-- The one without a name, if somebody made it, is listed under another.
-- in: from which version on, after which name, how many at most (NULL: all), of which
--     names (NULL: all)
-- out: what readSchedule reads, in name order
SELECT s.name AS listed, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki.schedules s LEFT JOIN tasuki.ticks t ON t.schedule = s.name
WHERE s.version >= $1 AND s.name > $2 AND ($4::text[] IS NULL OR s.name = ANY ($4))
UNION ALL
SELECT 'unreadable-1', s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki.schedules s LEFT JOIN tasuki.ticks t ON t.schedule = s.name
WHERE s.version >= $1 AND s.name = '' AND 'unreadable-1' COLLATE "C" > $2 AND ($4::text[] IS NULL OR 'unreadable-1' = ANY ($4))
ORDER BY listed LIMIT $3
