-- Adds jobs to queues, which nothing but a known id could keep out: all of them, or
-- none if one is known.
-- uses: clock admit
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 '1' for milliseconds, 4 how many
--       jobs; their ids; then of each queue its name, how many jobs, heads of payloads
-- reply: 1 if they were added, 0 if one is known
local n = tonumber(ARGV[4])
local d = door(ARGV[1], clock(ARGV[2]), ARGV[3])
local CHUNK = 4000 -- Lua's stack does not take all

local function chunks(from, n, f)
  for a = from, from + n - 1, CHUNK do f(a, math.min(a + CHUNK, from + n) - 1) end
end

local known = false
chunks(5, n, function(a, b)
  for _, set in ipairs({ d.old, d.ids }) do
    for _, is in ipairs(redis.call('SMISMEMBER', set, unpack(ARGV, a, b))) do known = known or is == 1 end
  end
end)
if known then return 0 end
local i = 5 + n
while i <= #ARGV do
  doors(ARGV[i], '0')
  i = i + 2 + ARGV[i + 1]
end

chunks(5, n, function(a, b) redis.call('SADD', d.ids, unpack(ARGV, a, b)) end)
if redis.call('TTL', d.ids) < 0 then redis.call('EXPIRE', d.ids, KEPT) end
local tail = ',"created_at":' .. d.at .. ',"enqueued_at":' .. d.at .. '}'
i = 5 + n
while i <= #ARGV do
  local queue, m = ARGV[i], tonumber(ARGV[i + 1])
  redis.call('SADD', 'queues', queue)
  chunks(i + 2, m, function(a, b)
    local payloads = {}
    for j = a, b do payloads[#payloads + 1] = ARGV[j] .. tail end
    redis.call('LPUSH', 'queue:' .. queue, unpack(payloads))
  end)
  i = i + 2 + m
end
return 1
