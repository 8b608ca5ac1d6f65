-- in: worker, token, seqs as a JSON list
DELETE FROM tasuki_running WHERE worker = ?1 AND token = ?2 AND seq IN (SELECT value FROM json_each(?3))
