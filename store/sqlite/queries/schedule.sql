-- A schedule by the name under which it is listed. in: name   out: what scanSchedule reads
SELECT s.rowid, s.name AS listed, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE s.name = ?1 AND s.name > '' AND s.name < x''
UNION ALL
SELECT s.rowid, 'unreadable-' || s.rowid, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE (s.name IS NULL OR s.name = '' OR s.name >= x'') AND 'unreadable-' || s.rowid = ?1
