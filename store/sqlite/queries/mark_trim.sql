-- Deletes the oldest marks. in: how many stay
DELETE FROM tasuki_marks WHERE n <= (SELECT max(n) FROM tasuki_marks) - ?1
