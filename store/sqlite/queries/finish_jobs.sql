-- Deletes those jobs of a claim that leave nothing else.
-- in: worker, token, ids as a JSON list of hexadecimal digits
DELETE FROM tasuki_jobs
WHERE id IN (SELECT unhex(value) FROM json_each(?3)) AND worker = ?1 AND token = ?2 AND trail = 0
