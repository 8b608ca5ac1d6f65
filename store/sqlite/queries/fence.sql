-- The job of a claim, if it is held. Run under the write lock.
-- in: id, worker's name, token   out: its seq
SELECT j.seq FROM tasuki_workers w CROSS JOIN tasuki_ids i CROSS JOIN tasuki_running r CROSS JOIN tasuki_jobs j
WHERE w.name = ?2 AND i.id = ?1 AND r.worker = w.worker AND r.seq = i.seq AND r.token = ?3 AND j.seq = i.seq AND j.id = i.id
