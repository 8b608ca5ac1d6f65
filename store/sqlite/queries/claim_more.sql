-- in: lane   out: is a job of it ready, is a suspect
SELECT EXISTS (SELECT 1 FROM tasuki_ready WHERE lane = ?1), EXISTS (SELECT 1 FROM tasuki_suspects WHERE lane = ?1)
