-- out: the highest version that was given, and how many schedules were deleted, -1 if
-- nobody knows; now
SELECT coalesce(c.version, -1), coalesce(c.deleted, -1), tasuki.now()
FROM (SELECT) AS once LEFT JOIN tasuki.schedule_counts c ON c.one = 1
