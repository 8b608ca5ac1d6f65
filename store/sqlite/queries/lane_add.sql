-- in: queue, kind, format   out: the new lane
INSERT INTO tasuki_lanes (queue, kind, format) VALUES (?1, ?2, ?3) RETURNING lane
