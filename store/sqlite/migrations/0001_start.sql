-- The first schema.
-- min-reader: 1
--
-- Times are microseconds of Unix time. A job lives in exactly one of
-- tasuki_jobs (scheduled, ready, running, retry) and tasuki_ended (done, dead,
-- cancelled); the id of one that left both lives in tasuki_ids until Prune.
-- What belongs to a job in other tables is keyed by its seq.

-- A lane is one queue and one kind, in one format of records. Jobs of a newer
-- format lie in lanes of their own, so that no claim meets them.
CREATE TABLE tasuki_lanes (
  lane   INTEGER PRIMARY KEY,
  queue  TEXT NOT NULL,
  kind   TEXT NOT NULL,
  format INTEGER NOT NULL,
  UNIQUE (queue, kind, format)
);

-- state: 1 scheduled, 2 ready, 3 running, 4 retry, 5 ready and a suspect.
-- ord: when it became or becomes due; lower by 2^62 in front of its queue.
-- trail: what else must go when the job goes, bits: 1 it asked to be kept,
--   2 it has runs in tasuki_runs, 4 it has tags, 8 its args are in tasuki_args.
-- more: what few jobs have or few statements read, JSON.
CREATE TABLE tasuki_jobs (
  seq        INTEGER PRIMARY KEY, -- as enqueued
  id         BLOB NOT NULL UNIQUE, -- 16 bytes if a UUID, else text
  lane       INTEGER NOT NULL,
  state      INTEGER NOT NULL,
  priority   INTEGER NOT NULL,
  ord        INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  args       TEXT,
  ukey       TEXT,
  worker     INTEGER,
  token      INTEGER,
  claimed    INTEGER,
  beat       INTEGER, -- the worker's when it claimed
  cancelling INTEGER,
  cursor     TEXT,
  progress   TEXT,
  saved      INTEGER, -- Seq of the last save of this claim
  trail      INTEGER NOT NULL,
  more       TEXT
);
CREATE INDEX tasuki_jobs_ready ON tasuki_jobs (lane, priority, ord) WHERE state = 2;
CREATE INDEX tasuki_jobs_suspect ON tasuki_jobs (lane, priority, ord) WHERE state = 5;
CREATE INDEX tasuki_jobs_due ON tasuki_jobs (lane, ord) WHERE state = 1 OR state = 4;
CREATE INDEX tasuki_jobs_held ON tasuki_jobs (worker) WHERE worker IS NOT NULL;
CREATE UNIQUE INDEX tasuki_jobs_ukey ON tasuki_jobs (ukey) WHERE ukey IS NOT NULL;

-- Arguments too long to be written again with every change of their job.
CREATE TABLE tasuki_args (
  seq  INTEGER PRIMARY KEY,
  args TEXT NOT NULL
);

CREATE TABLE tasuki_tags (
  tag TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (tag, seq)
) WITHOUT ROWID;
CREATE INDEX tasuki_tags_seq ON tasuki_tags (seq);

-- The journal.
CREATE TABLE tasuki_runs (
  seq    INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  worker TEXT NOT NULL,
  since  INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  why    TEXT NOT NULL,
  cursor TEXT,
  PRIMARY KEY (seq, n)
);

-- state: 6 done, 7 dead, 8 cancelled. until: when Prune deletes it by itself.
CREATE TABLE tasuki_ended (
  seq      INTEGER PRIMARY KEY,
  id       BLOB NOT NULL UNIQUE,
  lane     INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  created  INTEGER NOT NULL,
  args     TEXT,
  ukey     TEXT,
  cursor   TEXT,
  progress TEXT,
  result   TEXT,
  trail    INTEGER NOT NULL,
  more     TEXT,
  ended    INTEGER NOT NULL,
  until    INTEGER
);
CREATE INDEX tasuki_ended_until ON tasuki_ended (until) WHERE until IS NOT NULL;
CREATE INDEX tasuki_ended_state ON tasuki_ended (state, ended);
CREATE INDEX tasuki_ended_lane ON tasuki_ended (lane, state);

-- Ids of jobs that left, in the order in which they left.
CREATE TABLE tasuki_ids (
  n  INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  at INTEGER NOT NULL
);

-- info: what the worker says of itself, JSON. batch, answers: its last batch of
-- outcomes and what was not Applied in it, JSON. done, failed: its outcomes.
CREATE TABLE tasuki_workers (
  worker  INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT NOT NULL UNIQUE,
  beat    INTEGER NOT NULL,
  started INTEGER NOT NULL,
  beaten  INTEGER NOT NULL,
  batch   INTEGER NOT NULL,
  done    INTEGER NOT NULL,
  failed  INTEGER NOT NULL,
  answers TEXT,
  info    TEXT NOT NULL
);

CREATE TABLE tasuki_orders (
  n      INTEGER PRIMARY KEY AUTOINCREMENT,
  worker INTEGER NOT NULL,
  what   TEXT NOT NULL
);
CREATE INDEX tasuki_orders_worker ON tasuki_orders (worker);

CREATE TABLE tasuki_paused (
  queue TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE tasuki_ticks (
  schedule TEXT PRIMARY KEY,
  n        INTEGER NOT NULL
) WITHOUT ROWID;

-- Outcomes of workers that are forgotten.
CREATE TABLE tasuki_counts (
  one    INTEGER PRIMARY KEY,
  done   INTEGER NOT NULL,
  failed INTEGER NOT NULL
);
INSERT INTO tasuki_counts (one, done, failed) VALUES (1, 0, 0);
