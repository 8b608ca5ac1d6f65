-- in: number
DELETE FROM tasuki_gone WHERE n = ?1
