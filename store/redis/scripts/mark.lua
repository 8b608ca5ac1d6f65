-- Writes a mark.
-- uses: clock
-- KEYS: 1 marks   ARGV: 1 how far the clock is moved on, 2 how many are kept, 3 by, 4 label
-- reply: now
local now = string.format('%.0f', clock(ARGV[1]))
redis.call('LPUSH', KEYS[1], now .. '\n' .. ARGV[3] .. '\n' .. ARGV[4])
redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
return now
