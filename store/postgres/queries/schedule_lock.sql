-- Lets nobody else change schedules until the transaction ends.
-- out: the highest version that was given; how many schedules were deleted; now
SELECT version, deleted, tasuki.now() FROM tasuki.schedule_counts WHERE one = 1 FOR UPDATE
