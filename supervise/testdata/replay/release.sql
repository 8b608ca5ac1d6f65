UPDATE delayed_jobs SET locked_at = NULL, locked_by = NULL
WHERE locked_by = 'delayed_job.slot0 host:app1 pid:20542' AND failed_at IS NULL;
