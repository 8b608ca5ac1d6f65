-- Lets the transaction join what it was given with what it wrote by hashing: row by row
-- a thousand of each are a million. What it reads of tables it looks up by LATERAL and
-- arrays anyway.
SELECT set_config('enable_hashjoin', 'on', true)
