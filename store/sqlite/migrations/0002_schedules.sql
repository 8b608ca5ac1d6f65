-- Schedules and marks.
-- min-reader: 1

-- A schedule's last tick is in tasuki_ticks, which has ticks of schedules that
-- nobody declared too. what: spec, missed, jitter and job, JSON.
CREATE TABLE tasuki_schedules (
  name     TEXT PRIMARY KEY,
  version  INTEGER NOT NULL,
  paused   INTEGER NOT NULL,
  since    INTEGER NOT NULL, -- first declared, got another spec, or was resumed
  declared INTEGER NOT NULL,
  changed  INTEGER NOT NULL,
  by       TEXT NOT NULL,
  what     TEXT NOT NULL
);
CREATE INDEX tasuki_schedules_version ON tasuki_schedules (version);

-- version: the highest that was given. deleted: how many schedules were.
CREATE TABLE tasuki_schedule_counts (
  one     INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  deleted INTEGER NOT NULL
);
INSERT INTO tasuki_schedule_counts (one, version, deleted) VALUES (1, 0, 0);

CREATE TABLE tasuki_marks (
  n     INTEGER PRIMARY KEY AUTOINCREMENT,
  at    INTEGER NOT NULL,
  label TEXT NOT NULL,
  by    TEXT NOT NULL
);
