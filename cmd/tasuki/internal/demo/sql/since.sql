-- The rows behind a number, in the order in which they were written.
-- In: the number. Out: all columns.
SELECT n, part, path, sha, size, mtime, problem, worker, at
FROM demo_manifest WHERE n > ? ORDER BY n
