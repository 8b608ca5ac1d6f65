-- Claims jobs of one queue by what they are, for a worker who looked at them.
-- uses: clock
-- KEYS: 1 the worker, 2 its claims, 3 the queue's list
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 name of the queue; of each job the
--       claim's token and its payload
-- reply: 0 if the worker is not known; otherwise now, and of each job whether it was
--       taken; none if the queue is paused
local beat = redis.call('HGET', KEYS[1], 'beat')
if not beat then return 0 end
if redis.pcall('SISMEMBER', 'paused', ARGV[3]) == 1 then return { '0', {} } end
local us = string.format('%.0f', clock(ARGV[2]))
local head = beat .. ' ' .. us .. ' - ' .. ARGV[3] .. '\n'
redis.call('HDEL', KEYS[1], '') -- a full server lets those who wrote something go on
redis.call('HLEN', KEYS[2])
local taken = {}
for i = 4, #ARGV, 2 do
  -- What another took is not looked for in the whole list.
  local there = redis.call('LPOS', KEYS[3], ARGV[i + 1], 'RANK', -1, 'MAXLEN', 20000)
  taken[#taken + 1] = there and redis.call('LREM', KEYS[3], -1, ARGV[i + 1]) or 0
  if taken[#taken] == 1 then redis.call('HSET', KEYS[2], ARGV[i], head .. ARGV[i + 1]) end
end
return { us, taken }
