-- in: worker, seq
DELETE FROM tasuki_running WHERE worker = ?1 AND seq = ?2
