-- Seqs of live jobs by lane and state. Lines as in find_live.
-- in: lanes (JSON list), are ready ones asked for, ones that wait, ones that run,
--     how many at most
SELECT seq FROM tasuki_ready WHERE ?2
/* lanes */ AND lane IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT seq FROM tasuki_suspects WHERE ?2
/* lanes */ AND lane IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT seq FROM tasuki_jobs WHERE ?3 AND (state = 1 OR state = 4)
/* lanes */ AND lane IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT seq FROM tasuki_running WHERE ?4
LIMIT ?5
