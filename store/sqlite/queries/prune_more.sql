-- Is there anything to prune?
-- in: ids that left before, kept until before, dead that ended before; ids that left
--     after
SELECT coalesce((SELECT at < ?1 OR at > ?4 OR typeof(at) <> 'integer' FROM tasuki_gone ORDER BY n LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM tasuki_ended WHERE until < ?2)
  OR EXISTS (SELECT 1 FROM tasuki_ended WHERE state = 7 AND ended < ?3)
