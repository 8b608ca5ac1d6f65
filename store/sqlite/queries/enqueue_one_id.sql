-- Takes the id of a job to come; no row is inserted if it is known. in: id
INSERT INTO tasuki_ids (id, seq) VALUES (?1,
  max(coalesce((SELECT max(seq) FROM tasuki_jobs WHERE seq < 4611686018427387904), 0), coalesce((SELECT max(seq) FROM tasuki_ended WHERE seq < 4611686018427387904), 0)) + 1)
ON CONFLICT DO NOTHING
