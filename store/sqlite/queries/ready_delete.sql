-- in: lane, priority, ord, seq
DELETE FROM tasuki_ready WHERE lane = ?1 AND priority = ?2 AND ord = ?3 AND seq = ?4
