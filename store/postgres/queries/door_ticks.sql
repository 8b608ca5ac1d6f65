-- The last ticks of schedules, locked. A schedule that had none has one that is
-- before all. in: schedules   out: schedule, n
INSERT INTO tasuki.ticks AS t (schedule, n)
SELECT s, -9223372036854775808 FROM unnest($1::text[]) s GROUP BY s ORDER BY s
ON CONFLICT (schedule) DO UPDATE SET n = t.n
RETURNING schedule, n
