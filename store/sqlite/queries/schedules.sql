-- in: after which version, after which name, how many at most (-1: all)
-- out: what scanSchedule reads, in name order
SELECT s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE s.version > ?1 AND s.name > ?2
ORDER BY s.name LIMIT ?3
