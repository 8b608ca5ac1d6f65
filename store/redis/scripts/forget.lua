-- Forgets a worker that holds nothing any more.
-- KEYS: 1 the worker, 2 its claims, 3 what was last saved of them, 4 its orders, 5 all;
--       what Sidekiq's Web sees: 6 all, then what is of this one
-- ARGV: 1 its name, 2 the beat it must have
-- reply: how many claims are left
local left = redis.call('HLEN', KEYS[2])
if left > 0 or redis.call('HGET', KEYS[1], 'beat') ~= ARGV[2] then return left end
redis.call('DEL', KEYS[1], KEYS[3], KEYS[4])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.pcall('SREM', KEYS[6], ARGV[1])
redis.call('UNLINK', unpack(KEYS, 7))
return 0
