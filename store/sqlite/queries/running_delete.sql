-- in: worker, token, seq
DELETE FROM tasuki_running WHERE worker = ?1 AND token = ?2 AND seq = ?3
