-- Which transactions have ended. To ask after one that the server does not know yet is
-- an error: there are some after a failover to a replica that was behind.
-- in: their numbers   out: number
SELECT x FROM unnest($1::text[]) x
WHERE CASE WHEN x::xid8 < pg_snapshot_xmax(pg_current_snapshot()) THEN pg_xact_status(x::xid8) IS DISTINCT FROM 'in progress' END
