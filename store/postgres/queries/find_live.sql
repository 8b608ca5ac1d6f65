-- Live jobs that a filter selects, the newest first. Lines that begin with a name in a
-- comment stay only if the filter asks for them.
-- in: 1 up to which seq, 2 now, 3 how many, 4 ids, 5 queues, 6 kinds, 7 tags, 8 worker
-- out: seq
SELECT j.seq FROM tasuki.jobs j
/* lanes */ JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.seq <= $1 AND $2::bigint IS NOT NULL AND $4::text[] IS NOT NULL AND $5::text[] IS NOT NULL AND $6::text[] IS NOT NULL AND $7::text[] IS NOT NULL AND $8::text IS NOT NULL
/* ids */ AND j.seq IN (SELECT i.seq FROM tasuki.ids i WHERE i.id = ANY ($4))
/* queues */ AND l.queue = ANY ($5)
/* kinds */ AND l.kind = ANY ($6)
/* tags */ AND j.seq IN (SELECT t.seq FROM tasuki.tags t WHERE t.tag = ANY ($7))
/* worker */ AND j.state = 3 AND j.worker = (SELECT w.worker FROM tasuki.workers w WHERE w.name = $8)
/* states */ AND (false
/* scheduled */ OR j.state IN (1, 4) AND j.state = 1 AND j.ord > $2
/* retry */ OR j.state IN (1, 4) AND j.state = 4 AND j.ord > $2
/* ready */ OR j.state = 2 OR j.state = 5 OR j.state IN (1, 4) AND j.ord <= $2
/* running */ OR j.state = 3
/* states */ )
/* waiting */ AND j.state <> 3
ORDER BY j.seq DESC LIMIT $3
