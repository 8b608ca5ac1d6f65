-- Forgets ids. in: ids as a JSON list (see packIDs)
DELETE FROM tasuki_ids WHERE id IN (
  SELECT CASE substr(value, 1, 1) WHEN 'x' THEN unhex(substr(value, 2)) WHEN 't' THEN substr(value, 2) END FROM json_each(?1))
