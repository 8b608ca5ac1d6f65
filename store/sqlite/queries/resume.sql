-- in: queue
DELETE FROM tasuki_paused WHERE queue = ?1
