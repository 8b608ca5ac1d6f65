-- Adds one job to its queue, unless its id is known. It runs once for every job that is
-- enqueued by itself, so it calls and computes as little as it can.
-- uses: kept enter
-- ARGV: 1 to 4 what enter takes, 5 id, 6 queue, 7 payload
-- reply: 1, 0 if the id is known, or the time if the caller's is another
local call = redis.call
local time = otherwise(call)
if time then return time end
if call('SISMEMBER', ARGV[2], ARGV[5]) == 1 or call('SADD', ARGV[1], ARGV[5]) == 0 then return 0 end
local pushed = redis.pcall('LPUSH', 'queue:' .. ARGV[6], ARGV[7])
if type(pushed) == 'table' then
  call('SREM', ARGV[1], ARGV[5])
  return pushed
end
redis.pcall('SADD', 'queues', ARGV[6]) -- without it people do not see the queue, workers do
if ARGV[3] ~= '' then call('EXPIRE', ARGV[1], KEPT) end
return 1
