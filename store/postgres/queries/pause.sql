-- in: queues
INSERT INTO tasuki.paused (queue) SELECT DISTINCT q FROM unnest($1::text[]) q ORDER BY q ON CONFLICT DO NOTHING
