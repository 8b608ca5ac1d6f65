-- Deletes a job's runs below a number, but the first.
-- in: seq, number
DELETE FROM tasuki_runs WHERE seq = ?1 AND n > 0 AND n < ?2
