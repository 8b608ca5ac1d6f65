-- The ids that left first. in: before which time, or after which   out: number, ids
SELECT n, ids FROM (SELECT n, at, ids FROM tasuki_gone ORDER BY n LIMIT 1)
WHERE at < ?1 OR at > ?2 OR typeof(at) <> 'integer'
