-- in: seq
DELETE FROM tasuki_jobs WHERE seq = ?1
