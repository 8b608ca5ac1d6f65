-- in: seq
DELETE FROM tasuki_args WHERE seq = ?1
