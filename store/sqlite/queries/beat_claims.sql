-- in: worker   out: its claims: seq, id, token, beat, is it to be cancelled
SELECT r.seq, j.id, r.token, r.beat, r.cancelling
FROM tasuki_running r CROSS JOIN tasuki_jobs j
WHERE r.worker = ?1 AND j.seq = r.seq
