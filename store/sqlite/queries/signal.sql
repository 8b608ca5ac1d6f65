-- Gives an order to a worker, if it is known. in: name, order
INSERT INTO tasuki_orders (worker, what) SELECT worker, ?2 FROM tasuki_workers WHERE name = ?1
