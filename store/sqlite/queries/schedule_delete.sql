-- in: name
DELETE FROM tasuki_schedules WHERE name = ?1
