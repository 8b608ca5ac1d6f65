-- out: jobs done and attempts failed since the store was made
SELECT done + (SELECT coalesce(sum(done), 0) FROM tasuki_workers),
  failed + (SELECT coalesce(sum(failed), 0) FROM tasuki_workers)
FROM tasuki_counts
