-- in: lane   out: is a job of it ready, is a suspect
SELECT EXISTS (SELECT 1 FROM tasuki_jobs WHERE state = 2 AND lane = ?1),
       EXISTS (SELECT 1 FROM tasuki_jobs WHERE state = 5 AND lane = ?1)
