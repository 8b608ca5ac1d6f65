-- Is there anything to prune, and is what left first later than now?
-- in: ids that left before, dead that ended before   out: more, late
SELECT coalesce((SELECT at < $1 FROM tasuki.gone ORDER BY n LIMIT 1), false)
  OR EXISTS (SELECT FROM tasuki.ended WHERE until < (SELECT tasuki.now()))
  OR EXISTS (SELECT FROM tasuki.ended WHERE state = 7 AND ended < $2),
  coalesce((SELECT at > (SELECT tasuki.now()) FROM tasuki.gone ORDER BY n LIMIT 1), false)
