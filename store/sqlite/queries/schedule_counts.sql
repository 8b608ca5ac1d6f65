-- out: the highest version that was given; how many schedules were deleted
SELECT version, deleted FROM tasuki_schedule_counts WHERE one = 1
