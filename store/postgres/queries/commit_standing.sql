-- Writes where a job stands. in: seq, cursor, progress, Seq of the save
UPDATE tasuki.jobs SET cursor = coalesce($2, cursor), progress = coalesce($3, progress), saved = $4 WHERE seq = $1
