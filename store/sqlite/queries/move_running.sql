-- Claims of some jobs.
-- in: seqs (JSON list)   out: seq; worker, NULL if it is not known; token
SELECT r.seq, w.worker, r.token FROM tasuki_running r LEFT JOIN tasuki_workers w ON w.worker = r.worker
WHERE r.seq IN (SELECT value FROM json_each(?1))
