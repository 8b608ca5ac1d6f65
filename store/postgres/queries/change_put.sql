-- Writes live jobs that are no worker's any more.
-- in: seqs, states, ords, trails, mores, cursors, progresses
UPDATE tasuki.jobs j SET state = u.state, ord = u.ord, trail = u.trail, more = u.more, cursor = u.cursor, progress = u.progress,
  worker = NULL, token = NULL, claimed = NULL, beat = NULL, saved = NULL, cancelling = NULL
FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::text[])
  u (seq, state, ord, trail, more, cursor, progress)
WHERE j.seq = u.seq
