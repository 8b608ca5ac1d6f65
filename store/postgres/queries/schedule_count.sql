-- in: the highest version that was given, how many more were deleted
UPDATE tasuki.schedule_counts SET version = $1, deleted = deleted + $2 WHERE one = 1
