-- in: after which name, how many at most (-1: all)   out: what they say
SELECT info FROM tasuki_workers WHERE name > ?1 ORDER BY name LIMIT ?2
