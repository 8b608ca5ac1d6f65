-- in: at, label, by
INSERT INTO tasuki_marks (at, label, by) VALUES (?1, ?2, ?3)
