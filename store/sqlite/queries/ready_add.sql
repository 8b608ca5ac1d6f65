-- in: lane, priority, ord, seq
INSERT OR IGNORE INTO tasuki_ready (lane, priority, ord, seq) VALUES (?1, ?2, ?3, ?4)
