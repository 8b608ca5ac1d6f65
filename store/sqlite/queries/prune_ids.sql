-- Forgets ids that left before a time, the first that left first.
-- in: time, how many at most
DELETE FROM tasuki_ids WHERE n IN (
  SELECT n FROM (SELECT n, at FROM tasuki_ids ORDER BY n LIMIT ?2) WHERE at < ?1)
