-- in: after which name, how many at most (NULL: all)
-- out: name, beat, when it started, when it beat last, info
SELECT name, beat, started, beaten, info FROM tasuki.workers WHERE name > $1 ORDER BY name LIMIT $2
