-- Makes claimable the job that was added last.
INSERT OR IGNORE INTO tasuki_ready (lane, priority, ord, seq)
SELECT lane, priority, ord, seq FROM tasuki_jobs WHERE seq = last_insert_rowid()
