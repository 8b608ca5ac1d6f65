-- Claims one job. in: worker, token, now, beat, seq
INSERT INTO tasuki_running (worker, seq, token, claimed, beat) VALUES (?1, ?5, ?2, ?3, ?4)
