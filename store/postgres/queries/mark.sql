-- Writes a mark. in: label, by   out: when
INSERT INTO tasuki.marks (at, label, by) VALUES (tasuki.now(), $1, $2) RETURNING at
