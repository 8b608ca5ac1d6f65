-- Gives versions and counts schedules that were deleted. What cannot be read of
-- either begins anew at a number that nobody has seen: the time.
-- in: now, how many versions, how many deleted
INSERT INTO tasuki_schedule_counts (one, version, deleted) VALUES (1, ?1, ?1)
ON CONFLICT (one) DO UPDATE SET
  version = CASE WHEN typeof(version) = 'integer' AND version BETWEEN 0 AND 1 << 62 THEN version + ?2 ELSE ?1 END,
  deleted = CASE WHEN typeof(deleted) = 'integer' AND deleted BETWEEN 0 AND 1 << 62 THEN deleted + ?3 ELSE ?1 END
