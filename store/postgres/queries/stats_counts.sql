-- out: jobs done and attempts failed since the store was made
SELECT coalesce(sum(done), 0)::bigint, coalesce(sum(failed), 0)::bigint FROM (
  SELECT done, failed FROM tasuki.counts
  UNION ALL SELECT done, failed FROM tasuki.workers
  UNION ALL SELECT done, failed FROM tasuki.batches) a
