-- Jobs by queue and state; what became due counts as ready.
-- in: now   out: queue, state, how many, the due time of the oldest
SELECT coalesce(l.queue, ''), c.state::smallint, c.n, c.oldest
FROM (
  SELECT lane, 2 AS state, count(*) AS n, min(CASE WHEN ord < 0 THEN ord + 4611686018427387904 ELSE ord END) AS oldest
  FROM tasuki.jobs WHERE state = 2 GROUP BY lane
  UNION ALL
  SELECT lane, 5, count(*), min(CASE WHEN ord < 0 THEN ord + 4611686018427387904 ELSE ord END)
  FROM tasuki.jobs WHERE state = 5 GROUP BY lane
  UNION ALL
  SELECT lane, 2, count(*), min(ord) FROM tasuki.jobs WHERE state IN (1, 4) AND ord <= $1 GROUP BY lane
  UNION ALL
  SELECT lane, state, count(*), 0 FROM tasuki.jobs WHERE state IN (1, 4) AND ord > $1 GROUP BY lane, state
  UNION ALL
  SELECT lane, 3, count(*), 0 FROM tasuki.jobs WHERE state = 3 GROUP BY lane
  UNION ALL
  SELECT lane, state, count(*), 0 FROM tasuki.ended GROUP BY lane, state
) c LEFT JOIN tasuki.lanes l ON l.lane = c.lane
