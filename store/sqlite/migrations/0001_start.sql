-- The first schema.
-- min-reader: 1
--
-- Times are microseconds of Unix time. A job lives in exactly one of
-- tasuki_jobs (scheduled, ready, running, retry) and tasuki_ended (done, dead,
-- cancelled). What belongs to it in other tables is keyed by its seq. A job
-- that is claimed and done is written twice only, when it comes and when it
-- goes: where it stands in between is said by small tables beside it.

-- A lane is one queue and one kind, in one format of records. Jobs of a newer
-- format lie in lanes of their own, so that no claim meets them.
CREATE TABLE tasuki_lanes (
  lane   INTEGER PRIMARY KEY,
  queue  TEXT NOT NULL,
  kind   TEXT NOT NULL,
  format INTEGER NOT NULL,
  UNIQUE (queue, kind, format)
);

-- Every id that is known, of jobs that are here and of those that left until
-- Prune forgets them; a seq can be another job's then.
CREATE TABLE tasuki_ids (
  id  BLOB PRIMARY KEY, -- 16 bytes if a UUID, else text
  seq INTEGER NOT NULL
) WITHOUT ROWID;

-- Ids of jobs that left, in the order in which they left. ids: for each a byte
-- with its length and the id; length 0 for a UUID's 16 bytes.
CREATE TABLE tasuki_gone (
  n   INTEGER PRIMARY KEY,
  at  INTEGER NOT NULL,
  ids BLOB NOT NULL
);

-- state: 1 scheduled, 2 ready, 4 retry, 5 ready and a suspect. While a job is in
-- tasuki_running it is the state that it would go back to.
-- ord: when it became or becomes due; lower by 2^62 in front of its queue.
-- saved: Seq of the last save of its claim.
-- trail: what else must go when the job goes, bits: 1 it asked to be kept,
--   2 it has runs in tasuki_runs, 4 it has tags, 8 its args are in tasuki_args.
-- more: what few jobs have or few statements read, JSON.
CREATE TABLE tasuki_jobs (
  seq      INTEGER PRIMARY KEY, -- as enqueued
  id       BLOB NOT NULL,
  lane     INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  created  INTEGER NOT NULL,
  trail    INTEGER NOT NULL,
  args     TEXT,
  ukey     TEXT,
  more     TEXT,
  cursor   TEXT,
  progress TEXT,
  saved    INTEGER
);
CREATE INDEX tasuki_jobs_due ON tasuki_jobs (lane, ord) WHERE state = 1 OR state = 4;
CREATE UNIQUE INDEX tasuki_jobs_ukey ON tasuki_jobs (ukey) WHERE ukey IS NOT NULL;

-- Jobs that are ready, in the order of their queue.
CREATE TABLE tasuki_ready (
  lane     INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  PRIMARY KEY (lane, priority, ord, seq)
) WITHOUT ROWID;

-- Ready ones that are suspects.
CREATE TABLE tasuki_suspects (
  lane     INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  PRIMARY KEY (lane, priority, ord, seq)
) WITHOUT ROWID;

-- Claims. beat: the worker's when it claimed.
CREATE TABLE tasuki_running (
  worker     INTEGER NOT NULL,
  token      INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  claimed    INTEGER NOT NULL,
  beat       INTEGER NOT NULL,
  cancelling INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (worker, token, seq)
) WITHOUT ROWID;

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
  id       BLOB NOT NULL,
  lane     INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  created  INTEGER NOT NULL,
  trail    INTEGER NOT NULL,
  ended    INTEGER NOT NULL,
  until    INTEGER,
  args     TEXT,
  ukey     TEXT,
  more     TEXT,
  cursor   TEXT,
  progress TEXT,
  result   TEXT
);
CREATE INDEX tasuki_ended_until ON tasuki_ended (until) WHERE until IS NOT NULL;
CREATE INDEX tasuki_ended_state ON tasuki_ended (state, ended);
CREATE INDEX tasuki_ended_lane ON tasuki_ended (lane, state);

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
