-- in: seq, args
INSERT INTO tasuki_args (seq, args) VALUES (?1, ?2)
