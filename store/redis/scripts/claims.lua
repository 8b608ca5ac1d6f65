-- What a worker is and holds. KEYS: 1 the worker, 2 its claims
-- ARGV: 1 how many claims at most
-- reply: beat, what it says of itself, when it beat last, when it beat first, how many
--       claims it holds; tokens and values of claims; none if it is not known
local w = redis.call('HMGET', KEYS[1], 'beat', 'info', 'beaten', 'started')
if not w[1] then return {} end
local some, cursor, most = {}, '0', 2 * tonumber(ARGV[1])
repeat
  local part = redis.call('HSCAN', KEYS[2], cursor, 'COUNT', 1000)
  cursor = part[1]
  for _, v in ipairs(part[2]) do some[#some + 1] = v end
until cursor == '0' or #some >= most
for i = #some, most + 1, -1 do some[i] = nil end
return { w[1], w[2] or '', w[3] or '', w[4] or '', redis.call('HLEN', KEYS[2]), some }
