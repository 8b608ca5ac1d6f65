-- What a job has in other tables.
-- in: seq   out: the number of its next run, has it runs, tags, arguments
SELECT (SELECT coalesce(max(n) + 1, 0) FROM tasuki_runs WHERE seq = ?1 AND typeof(n) = 'integer' AND n BETWEEN 0 AND 1000000000),
  EXISTS (SELECT 1 FROM tasuki_runs WHERE seq = ?1),
  EXISTS (SELECT 1 FROM tasuki_tags WHERE seq = ?1),
  EXISTS (SELECT 1 FROM tasuki_args WHERE seq = ?1)
