-- in: id   out: whether it is known
SELECT EXISTS (SELECT 1 FROM tasuki_jobs WHERE id = ?1)
    OR EXISTS (SELECT 1 FROM tasuki_ended WHERE id = ?1)
    OR EXISTS (SELECT 1 FROM tasuki_ids WHERE id = ?1)
