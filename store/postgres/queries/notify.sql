-- Says that there may be work. in: channel, queues
SELECT count(pg_notify($1, q)) FROM unnest($2::text[]) q
