-- Makes a lane if there is none.
-- in: queue, kind, format
INSERT INTO tasuki_lanes (queue, kind, format) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
