-- Deletes the oldest marks, and those so far ahead that none could follow them.
-- in: how many stay
DELETE FROM tasuki_marks
WHERE n <= (SELECT max(n) FROM tasuki_marks WHERE n < 1 << 62) - ?1 OR n >= 1 << 62
