-- Gives workers an order. in: names, what
INSERT INTO tasuki.orders (worker, what) SELECT worker, $2 FROM tasuki.workers WHERE name = ANY ($1::text[])
