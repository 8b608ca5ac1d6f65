-- Takes a job from wherever it stands. Reads all: it is for jobs that are not where
-- they should be. in: seq
DELETE FROM tasuki_suspects WHERE seq = ?1
