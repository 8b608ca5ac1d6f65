-- Uses up ticks. in: schedules, ticks
UPDATE tasuki.ticks t SET n = u.n FROM unnest($1::text[], $2::bigint[]) u (schedule, n) WHERE t.schedule = u.schedule
