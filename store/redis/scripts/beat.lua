-- Says that a worker lives, and looks at its claims.
-- uses: clock iteration
-- KEYS: 1 the worker, 2 its claims, 3 what was last saved of them, 4 its orders,
--       5 signals of Sidekiq's Web for it, 6 number of the last order
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 name, 4 beat, 5 what it says of
--       itself, 6 the last order seen, 7 how many claims; of each its token and its id
-- reply: 0 if the beat is late; otherwise numbers of the claims that are lost, of those
--       that are to be cancelled; tokens and values of claims that nobody names and that
--       were made before the beat before; orders
local us = clock(ARGV[2])
local last = redis.call('HGET', KEYS[1], 'beat')
if last and ARGV[4] <= last then return 0 end
redis.call('HDEL', KEYS[1], '') -- a full server lets those who wrote something go on
local at = string.format('%.0f', us)
redis.call('HSET', KEYS[1], 'beat', ARGV[4], 'info', ARGV[5], 'beaten', at)
redis.call('HSETNX', KEYS[1], 'started', at)
redis.call('ZADD', ARGV[1] .. 'workers', 0, ARGV[3])

local lost, cancelled, named, there = {}, {}, {}, 0
local n = tonumber(ARGV[7])
for i = 1, n do
  local token, id = ARGV[6 + 2 * i], ARGV[7 + 2 * i]
  named[token] = true
  if redis.call('HEXISTS', KEYS[2], token) == 0 then
    lost[#lost + 1] = i
  else
    there = there + 1
    local it = 'it-' .. id
    if cancelling(it) then
      cancelled[#cancelled + 1] = i
      if not part(it, 'c') then whole(it) end -- Sidekiq's cancel! left it without
    end
  end
end

local unnamed = {}
if last and redis.call('HLEN', KEYS[2]) > there then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if not named[all[i]] and string.sub(all[i + 1], 1, 16) < last then
      unnamed[#unnamed + 1] = all[i]
      unnamed[#unnamed + 1] = all[i + 1]
    end
  end
end

local SIGNALS = { TSTP = 'quiet', TERM = 'stop', TTIN = 'dump' }
repeat
  local signal = redis.pcall('RPOP', KEYS[5])
  if type(signal) == 'table' then signal = false end -- somebody keeps something else there
  if signal and SIGNALS[signal] then
    redis.call('RPUSH', KEYS[4], string.format('%.0f', redis.call('INCR', KEYS[6])) .. ' ' .. SIGNALS[signal])
  end
until not signal
for _, o in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
  if tonumber(string.match(o, '^%d+')) > tonumber(ARGV[6]) then break end
  redis.call('LPOP', KEYS[4])
end
return { lost, cancelled, unnamed, redis.call('LRANGE', KEYS[4], 0, -1) }
