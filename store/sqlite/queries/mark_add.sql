-- Adds a mark behind the others. in: at, label, by
INSERT INTO tasuki_marks (n, at, label, by)
VALUES ((SELECT coalesce(max(n), 0) + 1 FROM tasuki_marks WHERE n < 1 << 62), ?1, ?2, ?3)
