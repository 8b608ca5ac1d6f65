-- Deletes what is left of a worker's claims: those of no job. in: worker
DELETE FROM tasuki_running WHERE worker = ?1
