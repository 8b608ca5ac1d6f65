-- Gives workers an order, and Sidekiq's own processes the signal that means the same.
-- KEYS: 1 all of Sidekiq's processes
-- ARGV: 1 the order, 2 key of the last order's number; of each worker its name, its key and
--       the key of its orders, the key of its signals
-- reply: how many of them are known
local SIGNALS = { quiet = 'TSTP', stop = 'TERM', dump = 'TTIN' }
local known = 0
for i = 3, #ARGV, 4 do
  local name, orders, signals = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  if redis.call('EXISTS', ARGV[i + 1]) == 1 then
    known = known + 1
    redis.call('HDEL', ARGV[i + 1], '') -- a full server lets those who wrote something go on
    redis.call('RPUSH', orders, string.format('%.0f', redis.call('INCR', ARGV[2])) .. ' ' .. ARGV[1])
  elseif SIGNALS[ARGV[1]] and redis.pcall('SISMEMBER', KEYS[1], name) == 1 and redis.call('EXISTS', name) == 1 then
    known = known + 1
    redis.call('HDEL', name, '')
    redis.call('LPUSH', signals, SIGNALS[ARGV[1]])
    redis.call('EXPIRE', signals, 60)
  end
end
return known
