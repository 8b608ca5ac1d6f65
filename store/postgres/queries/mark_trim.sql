-- Keeps the newest. in: how many
DELETE FROM tasuki.marks WHERE n <= (SELECT n FROM tasuki.marks ORDER BY n DESC OFFSET $1 LIMIT 1)
