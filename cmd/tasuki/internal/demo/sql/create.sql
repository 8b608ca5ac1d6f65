-- Makes the manifest. Nothing in it is unique but its own number: a file that
-- was written twice shows as two rows.
-- path: bytes. sha: NULL if the file could not be read, problem says why.
-- size, mtime: of the file as it was opened, mtime in nanoseconds.
-- at: when the row was written, microseconds of Unix time.
CREATE TABLE demo_manifest (
  n       INTEGER PRIMARY KEY,
  part    INTEGER NOT NULL,
  path    BLOB NOT NULL,
  sha     BLOB,
  size    INTEGER NOT NULL,
  mtime   INTEGER NOT NULL,
  problem TEXT NOT NULL,
  worker  TEXT NOT NULL,
  at      INTEGER NOT NULL
)
