-- Notes a batch. in: worker, batch, answers, jobs done, attempts failed
UPDATE tasuki_workers SET batch = ?2, answers = ?3, done = done + ?4, failed = failed + ?5 WHERE worker = ?1
