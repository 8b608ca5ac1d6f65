-- Forgets a schedule's last tick. in: schedule, as it is stored
DELETE FROM tasuki_ticks WHERE schedule = ?1
