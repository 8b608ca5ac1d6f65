-- Adds one row. In: part, path, sha, size, mtime, problem, worker, at.
INSERT INTO demo_manifest (part, path, sha, size, mtime, problem, worker, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
