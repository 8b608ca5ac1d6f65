-- Notes a batch. in: worker, batch, jobs done, attempts failed, answers
INSERT INTO tasuki.batches (worker, batch, done, failed, answers) VALUES ($1, $2, $3, $4, $5)
