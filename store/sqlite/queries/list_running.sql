-- Who runs which of some jobs.
-- in: seqs (JSON list)   out: seq, worker's name, token, since when, is it to be
--     cancelled
SELECT r.seq, w.name, r.token, r.claimed, r.cancelling FROM tasuki_running r CROSS JOIN tasuki_workers w
WHERE r.seq IN (SELECT value FROM json_each(?1)) AND w.worker = r.worker
