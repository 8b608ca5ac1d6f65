-- Numbers that cannot be read count as far as SQLite makes numbers of them.
-- out: jobs done and attempts failed since the store was made
SELECT CAST((SELECT total(done) FROM tasuki_counts) + (SELECT total(done) FROM tasuki_workers) AS INTEGER),
  CAST((SELECT total(failed) FROM tasuki_counts) + (SELECT total(failed) FROM tasuki_workers) AS INTEGER)
