-- in: seq
DELETE FROM tasuki_runs WHERE seq = ?1
