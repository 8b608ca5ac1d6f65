-- out: label, by, at; the newest first
SELECT label, by, at FROM tasuki_marks ORDER BY n DESC
