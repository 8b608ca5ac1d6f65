-- in: seq, args
INSERT OR REPLACE INTO tasuki_args (seq, args) VALUES (?1, ?2)
