-- in: seqs as a JSON list   out: id
DELETE FROM tasuki_jobs WHERE seq IN (SELECT value FROM json_each(?1)) RETURNING id
