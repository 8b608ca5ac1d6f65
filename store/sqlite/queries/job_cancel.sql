-- Marks a claim as to be cancelled. in: worker, token, seq
UPDATE tasuki_running SET cancelling = 1 WHERE worker = ?1 AND token = ?2 AND seq = ?3
