-- Gives a live job what can be read where it had what cannot.
-- in: seq, id, lane, priority, created (NULL: as it is), does the unique key go
UPDATE tasuki_jobs SET id = coalesce(?2, id), lane = coalesce(?3, lane), priority = coalesce(?4, priority),
  created = coalesce(?5, created), ukey = CASE WHEN ?6 THEN NULL ELSE ukey END
WHERE seq = ?1
