-- Ends those claims whose jobs leave nothing but their ids.
-- in: worker, token, ids as a JSON list of hexadecimal digits   out: seq
DELETE FROM tasuki_running
WHERE worker = ?1 AND token = ?2 AND seq IN (
  SELECT j.seq FROM json_each(?3) v CROSS JOIN tasuki_ids i CROSS JOIN tasuki_jobs j
  WHERE i.id = unhex(v.value) AND j.seq = i.seq AND j.id = i.id AND j.trail = 0)
RETURNING seq
