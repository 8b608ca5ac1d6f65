-- Claims of some jobs. in: seqs (JSON list)   out: seq, worker, token
SELECT seq, worker, token FROM tasuki_running WHERE seq IN (SELECT value FROM json_each(?1))
