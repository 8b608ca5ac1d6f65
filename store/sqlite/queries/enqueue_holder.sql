-- in: a unique key   out: the seq and the id of the job that holds it
SELECT seq, id FROM tasuki_jobs WHERE ukey = ?1
