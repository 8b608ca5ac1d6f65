-- in: lane, priority, ord, seq
INSERT INTO tasuki_ready (lane, priority, ord, seq) VALUES (?1, ?2, ?3, ?4)
