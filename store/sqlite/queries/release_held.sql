-- in: worker   out: its jobs: id, then what (*row).changeable names
SELECT id, seq, state, ord, claimed, coalesce(cancelling, 0), cursor, progress, saved, trail, more,
  (SELECT kind FROM tasuki_lanes l WHERE l.lane = j.lane)
FROM tasuki_jobs j WHERE worker = ?1 ORDER BY seq
