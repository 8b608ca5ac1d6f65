-- The seq up to which a bounded look at ended jobs goes, none if it sees all.
-- in: up to which seq, how many
SELECT seq FROM tasuki_ended WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2
