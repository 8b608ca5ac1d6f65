-- Forgets a schedule's last tick. in: schedule
DELETE FROM tasuki_ticks WHERE schedule = ?1
