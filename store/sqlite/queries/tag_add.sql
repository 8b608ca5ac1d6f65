-- in: tag, seq
INSERT INTO tasuki_tags (tag, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING
