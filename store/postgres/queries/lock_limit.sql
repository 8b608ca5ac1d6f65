-- Bounds how long the transaction waits for each lock.
-- in: milliseconds, as text
SELECT set_config('lock_timeout', $1, true)
