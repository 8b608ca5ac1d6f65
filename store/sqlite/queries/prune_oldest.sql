-- The ids that left first. in: before which time   out: number, ids
SELECT n, ids FROM (SELECT n, at, ids FROM tasuki_gone ORDER BY n LIMIT 1) WHERE at < ?1
