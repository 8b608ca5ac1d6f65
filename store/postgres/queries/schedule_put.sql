-- Adds or replaces schedules.
-- in: names, versions, pauseds, sinces, declareds, changeds, bys, whats
INSERT INTO tasuki.schedules (name, version, paused, since, declared, changed, by, what)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
ON CONFLICT (name) DO UPDATE SET version = excluded.version, paused = excluded.paused, since = excluded.since,
  declared = excluded.declared, changed = excluded.changed, by = excluded.by, what = excluded.what
