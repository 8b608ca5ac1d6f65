-- Its jobs, locked; those that somebody else holds locked are left out.
-- in: worker, how many at most
-- out: what readJob reads, and the cursor in the last line of the journal
SELECT j.seq, j.id, j.lane, j.state, j.priority, j.ord, j.trail, j.more, j.cursor, j.progress, j.saved, j.worker, j.token, j.claimed,
  coalesce(j.cancelling, false), l.kind, l.queue,
  (SELECT r.cursor FROM tasuki.runs r WHERE r.seq = j.seq ORDER BY r.n DESC LIMIT 1)
FROM tasuki.jobs j LEFT JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.worker = $1 AND j.state = 3
ORDER BY j.seq LIMIT $2 FOR UPDATE OF j SKIP LOCKED
