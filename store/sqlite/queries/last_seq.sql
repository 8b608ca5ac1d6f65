-- out: the highest seq
SELECT max(coalesce((SELECT max(seq) FROM tasuki_jobs), 0), coalesce((SELECT max(seq) FROM tasuki_ended), 0))
