-- in: worker   out: its claims: seq, id, token, beat, is it to be cancelled
SELECT seq, id, token, beat, coalesce(cancelling, 0) FROM tasuki_jobs WHERE worker = ?1
