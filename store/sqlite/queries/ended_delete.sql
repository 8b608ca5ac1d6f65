-- in: seq
DELETE FROM tasuki_ended WHERE seq = ?1
