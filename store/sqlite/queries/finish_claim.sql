-- What still runs of a claim. in: worker, token   out: id, seq, trail
SELECT j.id, j.seq, j.trail FROM tasuki_running r CROSS JOIN tasuki_jobs j
WHERE r.worker = ?1 AND r.token = ?2 AND j.seq = r.seq
