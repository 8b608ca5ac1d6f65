-- Says that there may be work. It writes nothing that a crash could lose, so its
-- commit waits for no disk. in: channel, queues
SELECT set_config('synchronous_commit', 'off', true), count(pg_notify($1, q)) FROM unnest($2::text[]) q
