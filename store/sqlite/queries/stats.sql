-- Jobs by queue and state; what became due counts as ready.
-- in: now   out: queue, NULL if its lane is missing, state, how many, the due time of the oldest
SELECT l.queue, c.state, c.n, c.oldest
FROM (
  SELECT lane, 2 AS state, count(*) AS n, min(CASE WHEN ord < 0 THEN ord + 4611686018427387904 ELSE ord END) AS oldest
  FROM tasuki_ready GROUP BY lane
  UNION ALL
  SELECT lane, 5, count(*), min(CASE WHEN ord < 0 THEN ord + 4611686018427387904 ELSE ord END)
  FROM tasuki_suspects GROUP BY lane
  UNION ALL
  SELECT lane, 2, count(*), min(ord) FROM tasuki_jobs WHERE (state = 1 OR state = 4) AND ord <= ?1 GROUP BY lane
  UNION ALL
  SELECT lane, state, count(*), 0 FROM tasuki_jobs WHERE (state = 1 OR state = 4) AND ord > ?1 GROUP BY lane, state
  UNION ALL
  SELECT j.lane, 3, count(*), 0 FROM tasuki_running r CROSS JOIN tasuki_jobs j WHERE j.seq = r.seq GROUP BY j.lane
  UNION ALL
  SELECT lane, state, count(*), 0 FROM tasuki_ended GROUP BY lane, state
) c LEFT JOIN tasuki_lanes l ON l.lane = c.lane
