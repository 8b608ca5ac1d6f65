-- in: time, how many at most   out: dead jobs that ended before
SELECT seq, id, trail FROM tasuki_ended WHERE state = 7 AND ended < ?1 ORDER BY ended LIMIT ?2
