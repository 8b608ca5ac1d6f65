-- Which transactions have ended. in: their numbers   out: number
SELECT x FROM unnest($1::text[]) x WHERE pg_xact_status(x::xid8) IS DISTINCT FROM 'in progress'
