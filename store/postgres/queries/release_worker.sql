-- The worker to be released, if that is its beat; nobody claims for it until the
-- transaction ends. in: name, beat   out: worker, info, when it beat last, now
SELECT worker, info, beaten, tasuki.now() FROM tasuki.workers WHERE name = $1 AND beat = $2 FOR UPDATE
