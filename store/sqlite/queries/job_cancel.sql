-- Marks a claim as to be cancelled. in: worker, seq
UPDATE tasuki_running SET cancelling = 1 WHERE worker = ?1 AND seq = ?2
