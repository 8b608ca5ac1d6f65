-- Is there anything to prune? in: ids that left before, dead that ended before
SELECT coalesce((SELECT at < $1 FROM tasuki.gone ORDER BY n LIMIT 1), false)
  OR EXISTS (SELECT FROM tasuki.ended WHERE until < (SELECT tasuki.now()))
  OR EXISTS (SELECT FROM tasuki.ended WHERE state = 7 AND ended < $2)
