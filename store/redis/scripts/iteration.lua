-- Shared: iteration state, as Sidekiq keeps it in a hash of its own: how far a job is.
-- What somebody else keeps under such a name is none, and stops nobody.
local function part(it, name)
  local v = it ~= '' and redis.pcall('HGET', it, name)
  return type(v) == 'string' and v or nil
end

-- Shared: says whether a job is to be cancelled.
local function cancelling(it) return part(it, 'cancelled') ~= nil end

-- Shared: gives a state what Sidekiq reads of each: its Web and its jobs stumble over one
-- without a cursor. It is kept as long as Sidekiq keeps a dead job.
local function whole(it)
  redis.call('HSETNX', it, 'ex', '0')
  redis.call('HSETNX', it, 'c', 'null')
  redis.call('HSETNX', it, 'rt', '0.0')
  redis.call('EXPIRE', it, 15552000)
end

-- Shared: notes that a job is to be cancelled, as Sidekiq's cancel! does.
local function mark(it, at)
  whole(it)
  redis.call('HSETNX', it, 'cancelled', at)
end

-- Shared: counts a run in a state, if there is one: with its first write, and at its end
-- for how many µs it ran.
local function ran(it, first, took)
  if not part(it, 'c') then return end
  if first then redis.call('HSET', it, 'ex', string.format('%.0f', (tonumber(part(it, 'ex')) or 0) + 1)) end
  if not took then return end
  local rt = string.gsub(string.format('%.6f', (tonumber(part(it, 'rt')) or 0) + took / 1000000), '0+$', '')
  redis.call('HSET', it, 'rt', string.sub(rt, -1) == '.' and rt .. '0' or rt)
end
