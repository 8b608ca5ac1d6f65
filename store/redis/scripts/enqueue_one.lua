-- Adds one job to its queue, unless its id is known.
-- uses: clock admit
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 '1' for milliseconds, 4 id, 5 queue,
--       6 head of the payload, 7 the span whose ids the caller knows to end by themselves
-- reply: the span of now, or -1 if the id is known
local us = clock(ARGV[2])
local d = door(ARGV[1], us, ARGV[3])
if redis.call('SISMEMBER', d.old, ARGV[4]) == 1 or redis.call('SADD', d.ids, ARGV[4]) == 0 then return -1 end
local pushed = redis.pcall('LPUSH', 'queue:' .. ARGV[5], ARGV[6] .. ',"created_at":' .. d.at .. ',"enqueued_at":' .. d.at .. '}')
if type(pushed) == 'table' then
  redis.call('SREM', d.ids, ARGV[4])
  return pushed
end
redis.pcall('SADD', 'queues', ARGV[5]) -- without it people do not see the queue, workers do
local span = math.floor(us / 600000000)
if ARGV[7] ~= tostring(span) then redis.call('EXPIRE', d.ids, KEPT) end
return span
