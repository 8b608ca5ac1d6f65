-- Makes ready what became due, in each lane the earliest, a bounded number.
-- in: queues, kinds, format, how many of a lane
UPDATE tasuki.jobs SET state = 2 WHERE seq = ANY (ARRAY (
  SELECT j.seq FROM tasuki.lanes l CROSS JOIN LATERAL (
    SELECT j.seq FROM tasuki.jobs j WHERE j.lane = l.lane AND j.state IN (1, 4) AND j.ord <= (SELECT tasuki.now())
    ORDER BY j.ord, j.seq LIMIT $4::integer FOR UPDATE SKIP LOCKED) j
  WHERE l.queue = ANY ($1::text[]) AND l.kind = ANY ($2::text[]) AND l.format = $3))
