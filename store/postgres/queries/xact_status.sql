-- in: number of a transaction   out: what became of it
SELECT coalesce(pg_xact_status($1::text::xid8), '')
