-- The worker of a batch, and whether the batch was applied before.
-- in: name, batch   out: worker, the answers to the batch
SELECT w.worker, b.answers FROM tasuki.workers w LEFT JOIN tasuki.batches b ON b.worker = w.worker AND b.batch = $2 WHERE w.name = $1
