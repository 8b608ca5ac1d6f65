-- in: seq   out: what (*row).changeable names
SELECT seq, state, ord, claimed, coalesce(cancelling, 0), cursor, progress, saved, trail, more,
  (SELECT kind FROM tasuki_lanes l WHERE l.lane = j.lane)
FROM tasuki_jobs j WHERE seq = ?1
