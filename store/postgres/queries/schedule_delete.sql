-- in: names
WITH t AS (DELETE FROM tasuki.ticks WHERE schedule = ANY ($1::text[]))
DELETE FROM tasuki.schedules WHERE name = ANY ($1::text[])
