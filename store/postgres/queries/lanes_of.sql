-- in: queues, kinds, format   out: number from 1, and its lane, of each that is there
SELECT w.n, l.lane FROM unnest($1::text[], $2::text[]) WITH ORDINALITY w (queue, kind, n)
JOIN tasuki.lanes l ON l.queue = w.queue AND l.kind = w.kind AND l.format = $3
