-- in: worker
DELETE FROM tasuki_orders WHERE worker = ?1
