-- Adds jobs to queues, which nothing but a known id could keep out: all of them, or
-- none if one is known.
-- uses: kept enter
-- ARGV: 1 to 4 what enter takes, 5 how many jobs; their ids; then of each queue its name,
--       how many jobs, payloads
-- reply: 1 if they were added, 0 if one is known, or the time if the caller's is another
local call = redis.call
local time = otherwise(call)
if time then return time end
local n = tonumber(ARGV[5])
local CHUNK = 4000 -- Lua's stack does not take all

local function chunks(from, n, f)
  for a = from, from + n - 1, CHUNK do f(a, math.min(a + CHUNK, from + n) - 1) end
end

local known = false
chunks(6, n, function(a, b)
  for s = 1, 2 do
    local is = call('SMISMEMBER', ARGV[s], unpack(ARGV, a, b))
    for k = 1, #is do known = known or is[k] == 1 end
  end
end)
if known then return 0 end
local i = 6 + n
while i <= #ARGV do -- fails before anything is written, if what jobs are put into is something else
  call('LLEN', 'queue:' .. ARGV[i])
  i = i + 2 + ARGV[i + 1]
end

chunks(6, n, function(a, b) call('SADD', ARGV[1], unpack(ARGV, a, b)) end)
if ARGV[3] ~= '' then call('EXPIRE', ARGV[1], KEPT) end
i = 6 + n
while i <= #ARGV do
  local queue, m = 'queue:' .. ARGV[i], tonumber(ARGV[i + 1])
  redis.pcall('SADD', 'queues', ARGV[i]) -- without it people do not see the queue, workers do
  chunks(i + 2, m, function(a, b) call('LPUSH', queue, unpack(ARGV, a, b)) end)
  i = i + 2 + m
end
return 1
