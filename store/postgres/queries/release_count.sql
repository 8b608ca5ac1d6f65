-- in: worker   out: how many jobs it holds
SELECT count(*) FROM tasuki.jobs WHERE worker = $1 AND state = 3
