-- The shop's own tables. They lie in the database that holds the jobs.
CREATE TABLE IF NOT EXISTS orders (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key    text NOT NULL UNIQUE, -- the customer's Idempotency-Key
  email  text NOT NULL,
  packed boolean NOT NULL DEFAULT false
);

CREATE TABLE IF NOT EXISTS lines (
  number  bigint NOT NULL REFERENCES orders,
  line    integer NOT NULL,
  article text NOT NULL,
  pieces  integer NOT NULL CHECK (pieces > 0),
  PRIMARY KEY (number, line)
);

-- What was taken so far of each article.
CREATE TABLE IF NOT EXISTS taken (
  article text PRIMARY KEY,
  pieces  bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS subscribers (
  email text PRIMARY KEY,
  asked integer NOT NULL -- how often
);
