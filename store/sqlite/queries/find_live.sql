-- Seqs of live jobs that a filter selects, the newest first. Lines that begin
-- with a name in a comment stay only if the filter asks for them.
-- in: 1 ids, 2 lanes, 3 tags, 4 states (JSON lists), 5 worker, 6 now,
--     7 candidates (JSON list), 8 up to which seq, 9 from which seq, 10 how many
SELECT j.seq FROM tasuki_jobs j
WHERE j.seq <= ?8 AND j.seq >= ?9
/* few */ AND j.seq IN (SELECT value FROM json_each(?7))
/* ids */ AND (j.id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) WHEN 't' THEN substr(value, 2) END FROM json_each(?1))
/* ids */   OR j.seq IN (SELECT CAST(substr(value, 2) AS INTEGER) FROM json_each(?1) WHERE substr(value, 1, 1) = 's')
/* ids */   AND NOT (typeof(j.id) = 'blob' AND length(j.id) = 16
/* ids */     OR typeof(j.id) = 'text' AND length(j.id) BETWEEN 1 AND 64 AND j.id NOT GLOB '*[^!-~]*'))
/* lanes */ AND j.lane IN (SELECT value FROM json_each(?2))
/* tags */ AND EXISTS (SELECT 1 FROM tasuki_tags t WHERE t.tag IN (SELECT value FROM json_each(?3)) AND t.seq = j.seq)
/* worker */ AND j.seq IN (SELECT seq FROM tasuki_running WHERE worker = (SELECT worker FROM tasuki_workers WHERE name = ?5))
/* states */ AND CASE WHEN j.seq IN (SELECT seq FROM tasuki_running) THEN 3 WHEN (j.state = 1 OR j.state = 4) AND j.ord <= ?6 THEN 2
/* states */   WHEN j.state IN (1, 2, 4, 5) THEN j.state ELSE 2 END IN (SELECT value FROM json_each(?4))
ORDER BY j.seq DESC LIMIT ?10
