-- in: rowid
DELETE FROM tasuki_schedules WHERE rowid = ?1
