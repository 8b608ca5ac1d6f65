-- Schedules by the names under which they are listed. in: names   out: what readSchedule reads
SELECT s.name, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki.schedules s LEFT JOIN tasuki.ticks t ON t.schedule = s.name
WHERE s.name = ANY ($1::text[]) AND s.name <> ''
UNION ALL
SELECT 'unreadable-1', s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki.schedules s LEFT JOIN tasuki.ticks t ON t.schedule = s.name
WHERE s.name = '' AND 'unreadable-1' = ANY ($1::text[])
