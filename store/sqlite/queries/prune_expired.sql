-- in: now, how many at most   out: ended jobs past their time
SELECT seq, id, trail FROM tasuki_ended WHERE until < ?1 ORDER BY until LIMIT ?2
