-- The first schema.
-- min-reader: 1
--
-- Times are microseconds of Unix time, by the server's clock. A job lives in exactly
-- one of jobs (scheduled, ready, running, retry) and ended (done, dead, cancelled).
-- What belongs to it in other tables is keyed by its seq.

-- The clock of everything.
CREATE FUNCTION tasuki.now() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE
AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

-- A lane is one queue and one kind, in one format of records. Jobs of a newer
-- format lie in lanes of their own, so that no claim meets them.
CREATE TABLE tasuki.lanes (
  lane   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue  text COLLATE "C" NOT NULL,
  kind   text COLLATE "C" NOT NULL,
  format integer NOT NULL,
  UNIQUE (queue, kind, format)
);

-- Every id that is known, of jobs that are here and of those that left until
-- Prune forgets them.
CREATE TABLE tasuki.ids (
  id  text COLLATE "C" PRIMARY KEY,
  seq bigint NOT NULL
);

-- Ids of jobs that left, in the order in which they left.
CREATE TABLE tasuki.gone (
  n   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at  bigint NOT NULL,
  ids text[] NOT NULL
);

-- Numbers of jobs, as enqueued: one of these for each Enqueue, 2^20 apart.
CREATE SEQUENCE tasuki.seq MINVALUE 1 MAXVALUE 8796093022207;

-- state: 1 scheduled, 2 ready, 3 running, 4 retry, 5 ready and a suspect.
-- ord: when it became or becomes due; lower by 2^62 in front of its queue.
-- worker, token, claimed, beat, cancelling: the claim; beat: the worker's then.
-- saved: Seq of the last save of its claim.
-- trail: what else must go when the job goes, bits: 1 it asked to be kept,
--   2 it has runs, 4 it has tags.
-- more: what few jobs have or few statements read, JSON.
CREATE TABLE tasuki.jobs (
  seq        bigint PRIMARY KEY,
  ord        bigint NOT NULL,
  created    bigint NOT NULL,
  token      bigint,
  claimed    bigint,
  beat       bigint,
  saved      bigint,
  lane       integer NOT NULL,
  priority   integer NOT NULL,
  worker     integer,
  state      smallint NOT NULL,
  trail      smallint NOT NULL,
  cancelling boolean,
  id         text COLLATE "C" NOT NULL,
  args       text,
  ukey       text COLLATE "C",
  more       text,
  cursor     text,
  progress   text
);
CREATE INDEX jobs_ready ON tasuki.jobs (lane, priority, ord, seq) WHERE state = 2;
CREATE INDEX jobs_suspect ON tasuki.jobs (lane, priority, ord, seq) WHERE state = 5;
CREATE INDEX jobs_due ON tasuki.jobs (lane, ord, seq) WHERE state IN (1, 4);
CREATE INDEX jobs_running ON tasuki.jobs (worker, seq) WHERE state = 3;
CREATE UNIQUE INDEX jobs_ukey ON tasuki.jobs (ukey) WHERE ukey IS NOT NULL;
-- A job leaves two dead rows, whatever its table holds. Autovacuum shall not wait until
-- they are a share of it, and not pause: it would fall behind busy workers for minutes.
ALTER TABLE tasuki.jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE tasuki.ids SET (autovacuum_vacuum_cost_delay = 0);

CREATE TABLE tasuki.tags (
  tag text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (tag, seq)
);
CREATE INDEX tags_seq ON tasuki.tags (seq);

-- The journal.
CREATE TABLE tasuki.runs (
  seq    bigint NOT NULL,
  n      integer NOT NULL,
  worker text NOT NULL,
  since  bigint NOT NULL,
  until  bigint NOT NULL,
  why    text NOT NULL,
  cursor text,
  PRIMARY KEY (seq, n)
);

-- state: 6 done, 7 dead, 8 cancelled. until: when Prune deletes it by itself.
CREATE TABLE tasuki.ended (
  seq      bigint PRIMARY KEY,
  ord      bigint NOT NULL,
  created  bigint NOT NULL,
  ended    bigint NOT NULL,
  until    bigint,
  lane     integer NOT NULL,
  priority integer NOT NULL,
  state    smallint NOT NULL,
  trail    smallint NOT NULL,
  id       text COLLATE "C" NOT NULL,
  args     text,
  ukey     text COLLATE "C",
  more     text,
  cursor   text,
  progress text,
  result   text
);
CREATE INDEX ended_until ON tasuki.ended (until) WHERE until IS NOT NULL;
CREATE INDEX ended_state ON tasuki.ended (state, ended);
CREATE INDEX ended_lane ON tasuki.ended (lane, state);

-- info: what the worker says of itself, JSON. done, failed: its outcomes, of the
-- batches that are not in batches any more.
CREATE TABLE tasuki.workers (
  worker  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name    text COLLATE "C" NOT NULL UNIQUE,
  beat    bigint NOT NULL,
  started bigint NOT NULL,
  beaten  bigint NOT NULL,
  done    bigint NOT NULL DEFAULT 0,
  failed  bigint NOT NULL DEFAULT 0,
  info    text NOT NULL
);

-- Batches of outcomes that were applied. They are rows of their own and not a number
-- in the worker's row, which would have a version for each batch as long as some
-- transaction is open. answers: what was not Applied, JSON.
CREATE TABLE tasuki.batches (
  worker  integer NOT NULL,
  batch   bigint NOT NULL,
  done    integer NOT NULL,
  failed  integer NOT NULL,
  answers text NOT NULL,
  PRIMARY KEY (worker, batch)
);

CREATE TABLE tasuki.orders (
  n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  worker integer NOT NULL,
  what   text NOT NULL
);
CREATE INDEX orders_worker ON tasuki.orders (worker);

CREATE TABLE tasuki.paused (
  queue text COLLATE "C" PRIMARY KEY
);

CREATE TABLE tasuki.ticks (
  schedule text COLLATE "C" PRIMARY KEY,
  n        bigint NOT NULL
);

-- Outcomes of workers that are forgotten.
CREATE TABLE tasuki.counts (
  one    integer PRIMARY KEY CHECK (one = 1),
  done   bigint NOT NULL,
  failed bigint NOT NULL
);
INSERT INTO tasuki.counts (one, done, failed) VALUES (1, 0, 0);

-- A schedule's last tick is in ticks, which has ticks of schedules that nobody
-- declared too. what: spec, missed, jitter and job, JSON.
CREATE TABLE tasuki.schedules (
  name     text COLLATE "C" PRIMARY KEY,
  version  bigint NOT NULL,
  paused   boolean NOT NULL,
  since    bigint NOT NULL, -- first declared, got another spec, or was resumed
  declared bigint NOT NULL,
  changed  bigint NOT NULL,
  by       text NOT NULL,
  what     text NOT NULL
);
CREATE INDEX schedules_version ON tasuki.schedules (version);

-- version: the highest that was given. deleted: how many schedules were.
CREATE TABLE tasuki.schedule_counts (
  one     integer PRIMARY KEY CHECK (one = 1),
  version bigint NOT NULL,
  deleted bigint NOT NULL
);
INSERT INTO tasuki.schedule_counts (one, version, deleted) VALUES (1, 0, 0);

CREATE TABLE tasuki.marks (
  n     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at    bigint NOT NULL,
  label text NOT NULL,
  by    text NOT NULL
);
