-- Takes ids for jobs to come; no row is inserted for one that is known.
-- in, for each: id, seq
INSERT INTO tasuki_ids (id, seq) VALUES (?, ?) /* rows */ ON CONFLICT DO NOTHING
