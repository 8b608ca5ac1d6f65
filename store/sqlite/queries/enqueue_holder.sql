-- in: a unique key   out: the id of the job that holds it
SELECT id FROM tasuki_jobs WHERE ukey = ?1
