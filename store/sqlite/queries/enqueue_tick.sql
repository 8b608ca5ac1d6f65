-- Moves a schedule to a tick; no row changes if the tick has passed.
-- in: schedule, tick
INSERT INTO tasuki_ticks (schedule, n) VALUES (?1, ?2)
ON CONFLICT (schedule) DO UPDATE SET n = excluded.n WHERE excluded.n > n
