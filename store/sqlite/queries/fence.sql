-- Locks a claim's job and writes the cursor, if there is one to write; saved -1
-- then says that saves leave it alone. No row changes if the claim is lost.
-- in: id, worker's name, token, cursor
UPDATE tasuki_jobs SET cursor = coalesce(?4, cursor), saved = iif(?4 IS NULL, saved, -1)
WHERE id = ?1 AND seq = (
  SELECT r.seq FROM tasuki_workers w CROSS JOIN tasuki_ids i CROSS JOIN tasuki_running r
  WHERE w.name = ?2 AND i.id = ?1 AND r.worker = w.worker AND r.seq = i.seq AND r.token = ?3)
