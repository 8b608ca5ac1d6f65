-- in: seq
DELETE FROM tasuki_tags WHERE seq = ?1
