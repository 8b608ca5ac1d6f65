-- Takes them out of the lane. in: lane, priority, ord, seq
DELETE FROM tasuki_ready WHERE lane = ?1 AND (priority, ord, seq) <= (?2, ?3, ?4)
