-- in: after which name, how many at most (-1: all)   out: name, beat, what they say
SELECT name, beat, info FROM tasuki_workers WHERE name > ?1 ORDER BY name LIMIT ?2
