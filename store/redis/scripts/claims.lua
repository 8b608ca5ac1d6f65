-- What a worker is and holds. KEYS: 1 the worker, 2 its claims
-- ARGV: 1 how many claims at most, 2 how many bytes: the claim that passes that is the last
-- reply: beat, what it says of itself, when it beat last, when it beat first, how many
--       claims it holds; tokens and values of claims; none if it is not known
local w = redis.call('HMGET', KEYS[1], 'beat', 'info', 'beaten', 'started')
if not w[1] then return {} end
local some, most, bytes = {}, 2 * tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens = redis.call('HKEYS', KEYS[2])
table.sort(tokens, function(a, b) return a > b end) -- what was taken last goes back first
for _, token in ipairs(tokens) do
  if #some >= most or bytes <= 0 then break end
  local v = redis.call('HGET', KEYS[2], token)
  some[#some + 1] = token
  some[#some + 1] = v
  bytes = bytes - #v
end
return { w[1], w[2] or '', w[3] or '', w[4] or '', redis.call('HLEN', KEYS[2]), some }
