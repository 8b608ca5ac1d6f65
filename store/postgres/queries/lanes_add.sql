-- Makes lanes. in: queues, kinds, format
INSERT INTO tasuki.lanes (queue, kind, format)
SELECT DISTINCT w.queue, w.kind, $3::integer FROM unnest($1::text[], $2::text[]) w (queue, kind) ORDER BY w.queue, w.kind
ON CONFLICT DO NOTHING
