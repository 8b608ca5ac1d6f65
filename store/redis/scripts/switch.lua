-- Pauses, resumes or deletes schedules.
-- uses: clock
-- KEYS: 1 schedules, 2 their versions, 3 counts, 4 ticks
-- ARGV: 1 how far the clock is moved on, 2 pause, resume or delete; names
-- reply: how many were changed
local now = string.format('%.0f', clock(ARGV[1]))
local changed = 0
for i = 3, #ARGV do
  local name = ARGV[i]
  local row = redis.call('HGET', KEYS[1], name)
  local paused, from, declared, rest
  if row then paused, from, declared, rest = string.match(row, '^%d+ (%d) (%d+) (%d+) %d+\n(.*)$') end
  if row and ARGV[2] == 'delete' then
    redis.call('HDEL', KEYS[1], name)
    redis.call('ZREM', KEYS[2], name)
    redis.call('HDEL', KEYS[4], name)
    redis.call('HINCRBY', KEYS[3], 'deleted', 1)
    changed = changed + 1
  elseif paused and paused ~= (ARGV[2] == 'pause' and '1' or '0') then
    paused = ARGV[2] == 'pause' and '1' or '0'
    if paused == '0' then from = now end
    local version = string.format('%.0f', redis.call('HINCRBY', KEYS[3], 'version', 1))
    redis.call('HSET', KEYS[1], name, table.concat({ version, paused, from, declared, now }, ' ') .. '\n' .. rest)
    redis.call('ZADD', KEYS[2], version, name)
    changed = changed + 1
  end
end
return changed
