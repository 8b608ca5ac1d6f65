-- Those whose name is no text are listed under one that says which row it is.
-- in: after which version, after which name, how many at most (-1: all)
-- out: what scanSchedule reads, in name order
SELECT s.rowid, s.name AS listed, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE s.version > ?1 AND s.name > ?2 AND s.name < x''
UNION ALL
SELECT s.rowid, 'unreadable-' || s.rowid, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE +s.version > ?1 AND (s.name IS NULL OR s.name = '' OR s.name >= x'') AND 'unreadable-' || s.rowid > ?2
ORDER BY listed LIMIT ?3
