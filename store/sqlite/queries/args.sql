-- in: seq   out: long arguments
SELECT args FROM tasuki_args WHERE seq = ?1
