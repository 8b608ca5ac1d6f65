-- Gives workers an order.
-- ARGV: 1 the order, 2 key of the last order's number; of each worker its key and the key
--       of its orders
-- reply: how many of them are known
local known = 0
for i = 3, #ARGV, 2 do
  if redis.call('EXISTS', ARGV[i]) == 1 then
    known = known + 1
    redis.call('RPUSH', ARGV[i + 1], string.format('%.0f', redis.call('INCR', ARGV[2])) .. ' ' .. ARGV[1])
  end
end
return known
