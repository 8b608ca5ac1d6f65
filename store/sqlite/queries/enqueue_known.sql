-- in: id   out: a row with its seq, if it is known
SELECT seq FROM tasuki_ids WHERE id = ?1
