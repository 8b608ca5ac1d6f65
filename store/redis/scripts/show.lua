-- Lets Sidekiq's API and Web see a worker and what it runs. If the worker is not what the
-- caller thinks, nothing is written; a key that holds something else is left out.
-- uses: clock
-- KEYS: 1 the worker, 2 all processes, 3 what it says of itself, which is
--       its name, 4 what it runs, 5 the same for versions before 6.5
-- ARGV: 1 how far the clock is moved on, 2 the beat it must have, 3 for how many seconds
--       it is seen, 4 '1' if old versions look too, 5 how many values of itself, they
--       are; how many jobs it runs, their names; names and jobs that are new
-- reply: now, and numbers of the jobs that nobody sees yet; 0 if the beat is another
local us = clock(ARGV[1])
if redis.call('HGET', KEYS[1], 'beat') ~= ARGV[2] then return 0 end
local i = 6
local function words(n)
  i = i + n
  return { unpack(ARGV, i - n, i - 1) }
end
redis.pcall('SADD', KEYS[2], KEYS[3])
redis.pcall('HSET', KEYS[3], 'beat', score(us), unpack(words(ARGV[5])))
redis.pcall('EXPIRE', KEYS[3], ARGV[3])

local runs, number = {}, 0
for _ = 1, tonumber(words(1)[1]) do
  number = number + 1
  runs[words(1)[1]] = number
end
local from, missing = i, {}
local function work(key)
  local seen = redis.pcall('HKEYS', key)
  if seen.err then return end
  local there = {}
  for _, name in ipairs(seen) do
    there[name] = runs[name] ~= nil
    if not runs[name] then redis.call('HDEL', key, name) end
  end
  for a = from, #ARGV, 2 do
    redis.call('HSET', key, ARGV[a], ARGV[a + 1])
    there[ARGV[a]] = true
  end
  for name, n in pairs(runs) do
    if not there[name] then missing[n] = true end
  end
  redis.call('EXPIRE', key, ARGV[3])
end
work(KEYS[4])
if ARGV[4] == '1' then work(KEYS[5]) else redis.call('UNLINK', KEYS[5]) end
local reply = { string.format('%.0f', us) }
for n in pairs(missing) do reply[#reply + 1] = string.format('%d', n) end
return reply
