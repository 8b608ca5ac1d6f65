-- Seqs of ended jobs by lane and state.
-- in: lanes, states (JSON lists), how many at most
SELECT seq FROM tasuki_ended
WHERE lane IN (SELECT value FROM json_each(?1)) AND state IN (SELECT value FROM json_each(?2)) LIMIT ?3
