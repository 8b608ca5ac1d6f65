-- in: seqs as a JSON list
DELETE FROM tasuki_jobs WHERE seq IN (SELECT value FROM json_each(?1))
