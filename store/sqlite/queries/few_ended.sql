-- Seqs of ended jobs by lane and state, and of those whose state is none. Lines as in
-- find_live.
-- in: lanes, states (JSON lists), how many at most
SELECT seq FROM tasuki_ended WHERE state IN (SELECT value FROM json_each(?2))
/* lanes */ AND lane IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT seq FROM tasuki_ended WHERE (state < 6 OR state > 8)
LIMIT ?3
