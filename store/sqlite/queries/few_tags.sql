-- in: tags (JSON list), how many at most   out: seqs of jobs that have one
SELECT seq FROM tasuki_tags WHERE tag IN (SELECT value FROM json_each(?1)) LIMIT ?2
