-- Remembers the ids of those jobs of a claim that leave nothing else.
-- in: now, worker, token, ids as a JSON list of hexadecimal digits
-- out: the ids
INSERT OR REPLACE INTO tasuki_ids (id, at)
SELECT id, ?1 FROM tasuki_jobs
WHERE id IN (SELECT unhex(value) FROM json_each(?4)) AND worker = ?2 AND token = ?3 AND trail = 0
RETURNING id
