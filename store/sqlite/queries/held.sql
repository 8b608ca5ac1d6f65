-- The job of a claim, if it is held.
-- in: id, worker, token   out: what (*row).changeable names
SELECT seq, state, ord, claimed, coalesce(cancelling, 0), cursor, progress, saved, trail, more,
  (SELECT kind FROM tasuki_lanes l WHERE l.lane = j.lane)
FROM tasuki_jobs j WHERE id = ?1 AND worker = ?2 AND token = ?3
