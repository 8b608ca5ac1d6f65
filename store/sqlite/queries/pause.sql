-- in: queue
INSERT INTO tasuki_paused (queue) VALUES (?1) ON CONFLICT DO NOTHING
