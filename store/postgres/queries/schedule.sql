-- in: names   out: what readSchedule reads
SELECT s.name, s.version, s.paused, s.since, s.declared, s.changed, s.by, s.what, t.n
FROM tasuki.schedules s LEFT JOIN tasuki.ticks t ON t.schedule = s.name
WHERE s.name = ANY ($1::text[])
