-- in: ids (JSON list), how many at most   out: their seqs
SELECT seq FROM tasuki_ids WHERE id IN (SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) WHEN 't' THEN substr(value, 2) END FROM json_each(?1)) LIMIT ?2
