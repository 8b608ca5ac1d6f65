-- in: worker   out: its orders
SELECT n, what FROM tasuki_orders WHERE worker = ?1 ORDER BY n
