-- in: seqs   out: what readListed reads
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, NULL::bigint, NULL::integer, NULL::bigint, NULL::bigint,
  false, l.kind, l.queue, l.format, j.created, j.args, j.ukey, NULL::text, j.ended, j.result
FROM tasuki.ended j LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.seq = ANY ($1::bigint[])
