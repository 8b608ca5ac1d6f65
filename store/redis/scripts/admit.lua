-- Shared: where jobs come in. d has: p (prefix), us (now), millis.
-- Ids are remembered in a set for each ten minutes.
local function door(p, us, millis)
  local span = math.floor(us / 600000000)
  return { p = p, us = us, at = stamp(us, millis), ids = p .. 'ids:' .. span, old = p .. 'ids:' .. (span - 1) }
end

-- Shared: fails if what jobs are put into is something else. Nothing is written.
local function doors(queue, delay)
  if delay == '0' then redis.call('LLEN', 'queue:' .. queue) else redis.call('ZCARD', 'schedule') end
end

-- Shared: puts a job where it waits. head: its payload without the brace at its end.
local function put(d, queue, delay, head)
  if delay ~= '0' then
    redis.call('ZADD', 'schedule', score(d.us + delay), head .. ',"created_at":' .. d.at .. '}')
    return
  end
  redis.pcall('SADD', 'queues', queue) -- without it people do not see the queue, workers do
  redis.call('LPUSH', 'queue:' .. queue, head .. ',"created_at":' .. d.at .. ',"enqueued_at":' .. d.at .. '}')
end

-- Shared: how many values of ARGV a job is.
local JOB = 8

-- Shared: lets a job in, unless it is known, a duplicate, or its tick has passed.
-- ARGV from a: id, queue, unique key or '', how long that is kept in ms, schedule or
-- '', tick as 16 digits that order as it does, delay in µs, head of the payload
-- answers what became of it, and of a duplicate the id of who holds the key
local function admit(d, a)
  local id, queue, key, schedule, tick = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 4], ARGV[a + 5]
  if redis.call('SISMEMBER', d.old, id) == 1 or redis.call('SISMEMBER', d.ids, id) == 1 then return 'known' end
  local holder = key ~= '' and redis.call('GET', d.p .. 'unique:' .. key)
  if schedule ~= '' then
    local last = redis.call('HGET', d.p .. 'ticks', schedule)
    local passed = last and tick <= last
    if not passed then redis.call('HSET', d.p .. 'ticks', schedule, tick) end
    if passed and not holder then return 'passed' end
  end
  if holder then return 'duplicate', holder end
  if redis.call('SADD', d.ids, id) == 1 and redis.call('TTL', d.ids) < 0 then redis.call('EXPIRE', d.ids, KEPT) end
  if key ~= '' then redis.call('SET', d.p .. 'unique:' .. key, id, 'PX', ARGV[a + 3]) end
  put(d, queue, ARGV[a + 6], ARGV[a + 7])
  return 'added'
end
