-- Counts a schedule that was deleted.
UPDATE tasuki_schedule_counts SET deleted = deleted + 1 WHERE one = 1
