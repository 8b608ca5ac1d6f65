-- Lets nobody else take these unique keys until the transaction ends, in an order
-- that is the same for all. Each key is a lock, and the server has room for a few
-- thousand locks of all its databases; so who wants more than 500 keys takes, in place
-- of theirs, the one that everybody shares first, and shuts out all who want any.
-- in: keys
WITH s AS MATERIALIZED (
  SELECT CASE WHEN cardinality($1::text[]) > 500
    THEN pg_advisory_xact_lock(1952543595, schema) IS NULL
    ELSE pg_advisory_xact_lock_shared(1952543595, schema) IS NULL END AS first
  FROM (SELECT 'tasuki.jobs'::regclass::oid::integer AS schema) j
)
SELECT s.first, (SELECT count(pg_advisory_xact_lock(k)) FROM (
  SELECT hashtextextended(key, 7461737563) AS k FROM unnest($1::text[]) key
  WHERE cardinality($1::text[]) <= 500 GROUP BY 1 ORDER BY 1) keys)
FROM s
