-- Where an Enqueue begins.
-- in: queue, kind, format   out: the next seq; the lane, NULL if there is none
SELECT max(coalesce((SELECT max(seq) FROM tasuki_jobs WHERE seq < 4611686018427387904), 0), coalesce((SELECT max(seq) FROM tasuki_ended WHERE seq < 4611686018427387904), 0)) + 1,
  (SELECT lane FROM tasuki_lanes WHERE queue = ?1 AND kind = ?2 AND format = ?3)
