-- Locks the job of a claim, if it is held. It is looked up by its id, not among those
-- that its worker runs (hence the + 0): the planner does not know that they are many.
-- in: id, worker's name, token
-- out: seq, number of the transaction
SELECT j.seq, pg_current_xact_id()::text
FROM tasuki.ids i JOIN tasuki.jobs j ON j.seq = i.seq JOIN tasuki.workers w ON w.worker = j.worker
WHERE i.id = $1 AND w.name = $2 AND j.token = $3 AND j.state + 0 = 3
FOR NO KEY UPDATE OF j
