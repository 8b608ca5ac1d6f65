-- in: worker
DELETE FROM tasuki_workers WHERE worker = ?1
