-- Adds one job to its queue, unless its id is known. It runs once for every job that is
-- enqueued by itself, so it calls and computes as little as it can.
-- uses: kept enter
-- ARGV: 1 to 5 what enter takes, 6 id, 7 queue, 8 payload
-- reply: 1, 0 if the id is known, or the time if the caller's is another
local call = redis.call
local time = otherwise(call)
if time then return time end
if call('SISMEMBER', ARGV[4], ARGV[6]) == 1 or call('SADD', ARGV[3], ARGV[6]) == 0 then return 0 end
local pushed = redis.pcall('LPUSH', 'queue:' .. ARGV[7], ARGV[8])
if type(pushed) == 'table' then
  call('SREM', ARGV[3], ARGV[6])
  return pushed
end
redis.pcall('SADD', 'queues', ARGV[7]) -- without it people do not see the queue, workers do
if ARGV[5] == '1' then call('EXPIRE', ARGV[3], KEPT) end
return 1
