-- Who runs which of some jobs.
-- in: seqs (JSON list)   out: the shape claimed
SELECT r.seq, w.name, r.token, r.claimed, r.cancelling
FROM tasuki_running r LEFT JOIN tasuki_workers w ON w.worker = r.worker
WHERE r.seq IN (SELECT value FROM json_each(?1))
