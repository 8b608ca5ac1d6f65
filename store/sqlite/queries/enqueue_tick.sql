-- Moves a schedule to a tick; no row changes if the tick has passed. A last tick that
-- cannot be read keeps none out.
-- in: schedule, tick
INSERT INTO tasuki_ticks (schedule, n) VALUES (?1, ?2)
ON CONFLICT (schedule) DO UPDATE SET n = excluded.n WHERE excluded.n > n OR typeof(n) <> 'integer'
