-- Lets nobody else take these unique keys until the transaction ends, in an order
-- that is the same for all. in: keys
SELECT count(pg_advisory_xact_lock(k)) FROM (
  SELECT hashtextextended(key, 7461737563) AS k FROM unnest($1::text[]) key GROUP BY 1 ORDER BY 1) keys
