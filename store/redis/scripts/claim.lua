-- Claims jobs from the tails of queues without looking at them, and looks for those of
-- the sorted sets that became due.
-- uses: clock
-- KEYS: 1 the worker, 2 its claims
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 how many, 4 the token's first
--       eight digits, 5 those behind them, should the last eight overflow, 6 the last
--       eight as a number, 7 how many suspects, 8 how many bytes: the job that passes
--       that is the last, 9 how many that became due to bring, 10 how deep a job may be
--       that is looked for, 11 for how many seconds unique keys are kept;
--       of each queue: name, share; of its suspects and of its other jobs each: '1' to take
--       none but those that follow, how many follow, they
-- reply: 0 if the worker is not known, 1 if it claimed under this token before;
--       otherwise now, the score of the next of the sorted sets or '', are there more
--       jobs, those that became due (set, payload), the jobs, and cursors. Jobs: of
--       each queue's turn its number, 0 for its suspects or 1, payloads; the first has the
--       token, the others those behind it. Cursors: number of the job, jid, and of its
--       iteration state the cursor, progress, since when it is to be cancelled
local p, left, bytes = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[8])
local suspects = tonumber(ARGV[7])
local us = clock(ARGV[2])
local beat = redis.call('HGET', KEYS[1], 'beat')
if not beat then return 0 end

local taken = 0
local digits = { '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f' }
digits[0] = '0'
local at, fifteen = -1, '' -- a token's digits but the last are made once for sixteen
local function token(i)
  local low, high = ARGV[6] + i, ARGV[4]
  if low >= 4294967296 then low, high = low - 4294967296, ARGV[5] end
  local last = low % 16
  if low - last ~= at then
    at = low - last
    fifteen = high .. string.format('%07x', at / 16)
  end
  return fifteen .. digits[last]
end
if redis.call('HEXISTS', KEYS[2], token(0)) == 1 then return 1 end

local due, next = {}, ''
-- Brings some of what became due, up to about as many bytes as the jobs may be.
local function became(set)
  local n, size, step = 0, 0, 10
  repeat
    local part = redis.call('ZRANGEBYSCORE', set, '-inf', score(us), 'LIMIT', n, step)
    for _, v in ipairs(part) do
      due[#due + 1] = set
      due[#due + 1] = v
      n, size = n + 1, size + #v
    end
  until #part < step or n >= tonumber(ARGV[9]) or size >= bytes
end
for _, set in ipairs({ 'retry', 'schedule' }) do
  local first = redis.pcall('ZRANGE', set, 0, 0, 'WITHSCORES')
  if not first.err and first[2] then
    if tonumber(first[2]) * 1000000 <= us then
      became(set)
    elseif next == '' or tonumber(first[2]) < tonumber(next) then
      next = first[2]
    end
  end
end

local queues, i = {}, 12
local function lane(number, list, flag)
  local l = { number = number, list = list, flag = flag, known = ARGV[i] == '1', at = i + 2 }
  i = l.at + ARGV[i + 1]
  l.stop = i
  return l
end
while i <= #ARGV do
  local q = { name = ARGV[i], share = tonumber(ARGV[i + 1]) }
  i = i + 2
  q.suspects = lane(0, p .. 'suspects:' .. q.name, 'S')
  q.jobs = lane(1, 'queue:' .. q.name, '-')
  queues[#queues + 1] = q
end
local pausedSet = redis.pcall('SCARD', 'paused') -- somebody may keep something else there
local anyPaused = type(pausedSet) == 'number' and pausedSet > 0
for _, q in ipairs(queues) do q.paused = anyPaused and redis.call('SISMEMBER', 'paused', q.name) == 1 end

local jobs, all = {}, {}
-- The last n of a list, the last one first, as far as bytes reach: some, then as many as
-- their size lets expect.
local function last(list, n)
  local found, k, size, step = {}, 0, 0, 10
  while k < n and size < bytes do
    local part = redis.pcall('LRANGE', list, -math.min(k + step, n), -(k + 1))
    if part.err or #part == 0 then return found end
    for j = #part, 1, -1 do
      if size >= bytes then break end
      k, size = k + 1, size + #part[j]
      found[k] = part[j]
    end
    step = math.max(1, math.floor((bytes - size) / (size / k + 1)))
  end
  return found
end

-- Notes a job as claimed.
local function claimed(turn, v)
  turn[#turn + 1] = v
  taken, bytes, left = taken + 1, bytes - #v, left - 1
  all[taken] = v
end

-- Takes from the end of a list. A job is copied first: if it cannot be removed it is
-- not claimed.
local function blindly(n, l, head, turn)
  local found, set = last(l.list, n), {}
  if #found == 0 then return end
  for k = 1, #found do
    set[2 * k - 1] = token(taken + k - 1)
    set[2 * k] = head .. found[k]
  end
  for a = 1, #set, 4000 do redis.call('HSET', KEYS[2], unpack(set, a, math.min(a + 3999, #set))) end
  local cut = redis.pcall('LTRIM', l.list, 0, -(#found + 1))
  if cut.err then
    for a = 1, #set, 2 do redis.call('HDEL', KEYS[2], set[a]) end
    error(cut.err)
  end
  for k = 1, #found do claimed(turn, found[k]) end
end

-- Takes those that were named, as far as they are there. What another took is not looked
-- for in the whole list.
local function named(n, l, head, turn)
  while n > 0 and bytes > 0 and l.at < l.stop do
    local v, t = ARGV[l.at], token(taken)
    l.at = l.at + 1
    if type(redis.pcall('LPOS', l.list, v, 'RANK', -1, 'MAXLEN', ARGV[10])) == 'number' then
      redis.call('HSET', KEYS[2], t, head .. v)
      local gone = redis.pcall('LREM', l.list, -1, v)
      if gone == 1 then
        claimed(turn, v)
        n = n - 1
      else
        redis.call('HDEL', KEYS[2], t)
        if type(gone) == 'table' then error(gone.err) end
      end
    end
  end
end

local function take(n, i, l)
  if n <= 0 or bytes <= 0 then return 0 end
  local turn = { i, l.number }
  local head = beat .. ' ' .. string.format('%.0f', us) .. ' ' .. l.flag .. ' ' .. queues[i].name .. '\n'
  if l.known then named(n, l, head, turn) else blindly(n, l, head, turn) end
  if #turn > 2 then jobs[#jobs + 1] = turn end
  return #turn - 2
end

local function give(i, n)
  local q = queues[i]
  if q.paused then return end
  local k = suspects > 0 and take(math.min(n, suspects), i, q.suspects) or 0
  suspects = suspects - k
  take(n - k, i, q.jobs)
end
redis.call('HDEL', KEYS[1], '') -- a full server lets those who wrote something go on
for i, q in ipairs(queues) do give(i, math.min(q.share, left)) end
for i, _ in ipairs(queues) do give(i, left) end

local more = 0
if left <= 0 or bytes <= 0 then
  for _, q in ipairs(queues) do
    local len = not q.paused and redis.pcall('LLEN', 'queue:' .. q.name)
    if type(len) == 'number' and len > 0 then more = 1 break end
  end
end

-- Keeps a unique key, a string that begins behind its quote, for as long as from now on
-- if it is the job's.
local function hold(v, from, jid)
  local key = p .. 'unique:'
  while true do
    local at = string.find(v, '["\\]', from)
    if not at then return end
    key = key .. string.sub(v, from, at - 1)
    if string.sub(v, at, at) == '"' then break end
    key, from = key .. string.sub(v, at + 1, at + 1), at + 2
  end
  if redis.pcall('GET', key) == jid then redis.call('EXPIRE', key, ARGV[11]) end
end

-- Which of the jobs have a state of their own. A jid that arguments have too may lead
-- astray; the caller compares.
local its, of, n, cursors = {}, {}, 0, {}
for i = 1, taken do
  local v = all[i]
  local _, e = string.find(v, '"jid":"', 1, true)
  local close = e and string.find(v, '"', e + 1, true)
  if close then
    n = n + 1
    local jid = string.sub(v, e + 1, close - 1)
    its[n] = 'it-' .. jid
    of[n] = i
    local _, u = string.find(v, '"unique":"', close, true)
    if u then hold(v, u + 1, jid) end
  end
end
local some = 0
for a = 1, #its, 4000 do some = some + redis.call('EXISTS', unpack(its, a, math.min(a + 3999, #its))) end
if some > 0 then
  for i, key in ipairs(its) do
    local s = redis.pcall('HMGET', key, 'c', 'tasuki', 'cancelled', 'ex')
    if not s.err and (s[1] or s[2] or s[3] or s[4]) then
      cursors[#cursors + 1] = { of[i], string.sub(key, 4), s[1] or '', s[2] or '', s[3] or '' }
    end
  end
end
return { string.format('%.0f', us), next, more, due, jobs, cursors }
