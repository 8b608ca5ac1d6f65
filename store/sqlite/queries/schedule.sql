-- in: name   out: what scanSchedule reads
SELECT s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki_schedules s LEFT JOIN tasuki_ticks t ON t.schedule = s.name
WHERE s.name = ?1
