-- The least that a queue needs. state: 2 ready, 3 running.
CREATE TABLE IF NOT EXISTS plain (
  seq   bigint PRIMARY KEY,
  state smallint NOT NULL,
  token bigint,
  args  text NOT NULL
);
CREATE INDEX IF NOT EXISTS plain_ready ON plain (seq) WHERE state = 2;
