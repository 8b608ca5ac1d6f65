-- Keeps what a worker counted when it goes. in: worker
UPDATE tasuki_counts SET done = tasuki_counts.done + w.done, failed = tasuki_counts.failed + w.failed
FROM (SELECT done, failed FROM tasuki_workers WHERE worker = ?1) w
