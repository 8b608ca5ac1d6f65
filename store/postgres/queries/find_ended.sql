-- Ended jobs that a filter selects; as find_live.
SELECT j.seq FROM tasuki.ended j
/* lanes */ JOIN tasuki.lanes l ON l.lane = j.lane
WHERE j.seq <= $1 AND $2::bigint IS NOT NULL AND $4::text[] IS NOT NULL AND $5::text[] IS NOT NULL AND $6::text[] IS NOT NULL AND $7::text[] IS NOT NULL AND $8::text IS NOT NULL
/* ids */ AND j.seq IN (SELECT i.seq FROM tasuki.ids i WHERE i.id = ANY ($4))
/* queues */ AND l.queue = ANY ($5)
/* kinds */ AND l.kind = ANY ($6)
/* tags */ AND j.seq IN (SELECT t.seq FROM tasuki.tags t WHERE t.tag = ANY ($7))
/* worker */ AND false
/* states */ AND (false
/* done */ OR j.state = 6
/* dead */ OR j.state = 7
/* cancelled */ OR j.state = 8
/* states */ )
ORDER BY j.seq DESC LIMIT $3
