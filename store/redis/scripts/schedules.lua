-- Schedules that changed after a version.
-- uses: clock
-- KEYS: 1 schedules, 2 their versions, 3 counts, 4 ticks
-- ARGV: 1 how far the clock is moved on, 2 the version
-- reply: now, the highest version, how many were deleted; of each: name, row, last tick
local counts = redis.call('HMGET', KEYS[3], 'version', 'deleted')
local reply = { string.format('%.0f', clock(ARGV[1])), counts[1] or '0', counts[2] or '0' }
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf')) do
  reply[#reply + 1] = name
  reply[#reply + 1] = redis.call('HGET', KEYS[1], name) or ''
  reply[#reply + 1] = redis.call('HGET', KEYS[4], name) or ''
end
return reply
