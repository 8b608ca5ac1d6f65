-- Gives a version.
UPDATE tasuki_schedule_counts SET version = version + 1 WHERE one = 1
