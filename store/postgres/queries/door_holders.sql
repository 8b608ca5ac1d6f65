-- Who holds unique keys. in: keys   out: key, id
SELECT ukey, id FROM tasuki.jobs WHERE ukey = ANY ($1::text[])
