-- in: queues
DELETE FROM tasuki.paused WHERE queue = ANY ($1::text[])
