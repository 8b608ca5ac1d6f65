-- Seqs of ended jobs that a filter selects, the newest enqueued first; lines and
-- values as in find_live.
SELECT j.seq FROM tasuki_ended j
WHERE j.seq < ?8 AND j.seq >= ?9
/* few */ AND j.seq IN (SELECT value FROM json_each(?7))
/* ids */ AND j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) ELSE substr(value, 2) END FROM json_each(?1))
/* lanes */ AND j.lane IN (SELECT value FROM json_each(?2))
/* tags */ AND EXISTS (SELECT 1 FROM tasuki_tags t WHERE t.tag IN (SELECT value FROM json_each(?3)) AND t.seq = j.seq)
/* worker */ AND ?5 IS NULL
/* states */ AND j.state IN (SELECT value FROM json_each(?4))
ORDER BY j.seq DESC LIMIT ?10
