-- in: worker, the last order that it has seen
DELETE FROM tasuki_orders WHERE worker = ?1 AND n <= ?2
