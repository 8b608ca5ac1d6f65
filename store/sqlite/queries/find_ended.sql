-- Seqs of ended jobs that a filter selects, the newest enqueued first; lines and
-- values as in find_live.
SELECT j.seq FROM tasuki_ended j
WHERE j.seq <= ?8 AND j.seq >= ?9
/* few */ AND j.seq IN (SELECT value FROM json_each(?7))
/* ids */ AND (j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) WHEN 't' THEN substr(value, 2) END FROM json_each(?1))
/* ids */   OR j.seq IN (SELECT CAST(substr(value, 2) AS INTEGER) FROM json_each(?1) WHERE substr(value, 1, 1) = 's')
/* ids */   AND NOT (typeof(j.id) = 'blob' AND length(j.id) = 16
/* ids */     OR typeof(j.id) = 'text' AND length(j.id) BETWEEN 1 AND 64 AND j.id NOT GLOB '*[^!-~]*'))
/* lanes */ AND j.lane IN (SELECT value FROM json_each(?2))
/* tags */ AND EXISTS (SELECT 1 FROM tasuki_tags t WHERE t.tag IN (SELECT value FROM json_each(?3)) AND t.seq = j.seq)
/* worker */ AND ?5 IS NULL
/* states */ AND CASE WHEN j.state IN (6, 7, 8) THEN j.state ELSE 7 END IN (SELECT value FROM json_each(?4))
ORDER BY j.seq DESC LIMIT ?10
