-- Notes a batch, unless its worker is forgotten by now, or without the last line is
-- being forgotten. in: worker, batch, jobs done, attempts failed, answers
INSERT INTO tasuki.batches (worker, batch, done, failed, answers)
SELECT w.worker, $2::bigint, $3::integer, $4::integer, $5::text FROM tasuki.workers w WHERE w.worker = $1
/* nothing */ FOR KEY SHARE
