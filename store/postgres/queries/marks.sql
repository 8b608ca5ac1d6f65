-- in: how many   out: label, by, when
SELECT label, by, at FROM tasuki.marks ORDER BY n DESC LIMIT $1
