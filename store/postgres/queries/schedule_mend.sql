-- Lets counts of schedules that are lost or damaged begin anew at a number that nobody
-- has seen: the time. Or callers would take what changes next for what they know.
INSERT INTO tasuki.schedule_counts AS c (one, version, deleted) SELECT 1, now, now FROM (SELECT tasuki.now() AS now) t
ON CONFLICT (one) DO UPDATE SET
  version = CASE WHEN c.version BETWEEN 0 AND 1::bigint << 62 THEN c.version ELSE excluded.version END,
  deleted = CASE WHEN c.deleted BETWEEN 0 AND 1::bigint << 62 THEN c.deleted ELSE excluded.deleted END
