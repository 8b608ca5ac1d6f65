-- Remembers the id of a job that left. in: id, now
INSERT OR REPLACE INTO tasuki_ids (id, at) VALUES (?1, ?2)
