-- Adds or replaces a schedule, under the version that was given last.
-- in: name, paused, since, declared, changed, by, what
INSERT INTO tasuki_schedules (name, version, paused, since, declared, changed, by, what)
VALUES (?1, (SELECT version FROM tasuki_schedule_counts WHERE one = 1), ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, paused = excluded.paused, since = excluded.since,
  declared = excluded.declared, changed = excluded.changed, by = excluded.by, what = excluded.what
