-- What a door must know of its jobs: which are known.
-- in: ids   out: id
SELECT id FROM tasuki.ids WHERE id = ANY ($1::text[])
