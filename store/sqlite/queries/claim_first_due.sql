-- in: lane   out: when the first that waits becomes due
SELECT ord FROM tasuki_jobs WHERE (state = 1 OR state = 4) AND lane = ?1 ORDER BY ord LIMIT 1
