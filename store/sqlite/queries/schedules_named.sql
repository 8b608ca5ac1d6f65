-- in: after which version, after which name, how many at most (-1: all), of which
--     names (JSON list)
-- out: what scanSchedule reads, in name order
SELECT s.rowid, s.name AS listed, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE s.version > ?1 AND s.name > ?2 AND s.name < x'' AND s.name IN (SELECT value FROM json_each(?4))
UNION ALL
SELECT s.rowid, 'unreadable-' || s.rowid, s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE +s.version > ?1 AND (s.name IS NULL OR s.name = '' OR s.name >= x'') AND 'unreadable-' || s.rowid > ?2
  AND 'unreadable-' || s.rowid IN (SELECT value FROM json_each(?4))
ORDER BY listed LIMIT ?3
