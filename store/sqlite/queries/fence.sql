-- Locks a claim's job and writes the cursor, if there is one to write. No row
-- changes if the claim is lost.
-- in: id, worker's name, token, cursor
UPDATE tasuki_jobs SET cursor = coalesce(?4, cursor)
WHERE id = ?1 AND worker = (SELECT worker FROM tasuki_workers WHERE name = ?2) AND token = ?3
