-- Writes schedules that are not as they shall be.
-- uses: clock
-- KEYS: 1 schedules, 2 their versions, 3 counts, 4 ticks
-- ARGV: 1 how far the clock is moved on; of each: name, spec, by, the rest as JSON
-- reply: of each the row as it was, or '', and the last tick
-- A row: version, paused ('1'), from, declared, changed; spec; by; the rest.
local now = string.format('%.0f', clock(ARGV[1]))
local before = {}
for i = 2, #ARGV, 4 do
  local name, spec, by, rest = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local row = redis.call('HGET', KEYS[1], name)
  before[#before + 1] = row or ''
  before[#before + 1] = redis.call('HGET', KEYS[4], name) or ''
  local paused, from, declared, old_spec, old_rest = '0', now, now, nil, nil
  if row then
    paused, from, declared, old_spec, old_rest = string.match(row, '^%d+ (%d) (%d+) (%d+) %d+\n([^\n]*)\n[^\n]*\n(.*)$')
  end
  if not row or old_spec ~= spec or old_rest ~= rest then
    if old_spec ~= spec then from = now end
    local version = string.format('%.0f', redis.call('HINCRBY', KEYS[3], 'version', 1))
    redis.call('HSET', KEYS[1], name, table.concat({ version, paused, from, declared, now }, ' ') .. '\n' .. spec .. '\n' .. by .. '\n' .. rest)
    redis.call('ZADD', KEYS[2], version, name)
  end
end
return before
