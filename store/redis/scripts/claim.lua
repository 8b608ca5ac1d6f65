-- Claims jobs from the tails of queues without looking at them, and looks for those of
-- the sorted sets that became due.
-- uses: clock
-- KEYS: 1 the worker, 2 its claims
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 how many, 4 the token's first
--       eight digits, 5 those behind them, should the last eight overflow, 6 the last
--       eight as a number, 7 how many suspects, 8 how many bytes: the job that passes
--       that is the last, 9 how many that became due to bring;
--       of each queue: name, share, '1' to take nothing but suspects from it
-- reply: 0 if the worker is not known, 1 if it claimed under this token before;
--       otherwise now, the score of the next of the sorted sets or '', are there more
--       jobs, those that became due (set, payload), the jobs, and cursors. Jobs: of
--       each queue's turn its number, is it suspects, payloads; the first has the token,
--       the others those behind it. Cursors: number of the job, jid, and of its
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
for _, set in ipairs({ 'retry', 'schedule' }) do
  local first = redis.pcall('ZRANGE', set, 0, 0, 'WITHSCORES')
  if not first.err and first[2] then
    if tonumber(first[2]) * 1000000 <= us then
      for _, v in ipairs(redis.call('ZRANGEBYSCORE', set, '-inf', score(us), 'LIMIT', 0, ARGV[9])) do
        due[#due + 1] = set
        due[#due + 1] = v
      end
    elseif next == '' or tonumber(first[2]) < tonumber(next) then
      next = first[2]
    end
  end
end

local queues = {}
for i = 10, #ARGV, 3 do queues[#queues + 1] = { name = ARGV[i], share = tonumber(ARGV[i + 1]), known = ARGV[i + 2] == '1' } end
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

local function take(n, i, list, flag)
  local found = n > 0 and bytes > 0 and last(list, n) or {}
  if #found == 0 then return 0 end
  local turn = { i, flag == 'S' and 1 or 0 }
  local head = beat .. ' ' .. string.format('%.0f', us) .. ' ' .. flag .. ' ' .. queues[i].name .. '\n'
  local set = {}
  for k = 1, #found do
    local v = found[k]
    turn[k + 2] = v
    all[taken + 1] = v
    set[2 * k - 1] = token(taken)
    set[2 * k] = head .. v
    taken, bytes = taken + 1, bytes - #v
  end
  for a = 1, #set, 4000 do redis.call('HSET', KEYS[2], unpack(set, a, math.min(a + 3999, #set))) end
  redis.call('LTRIM', list, 0, -(#found + 1))
  jobs[#jobs + 1] = turn
  left = left - #found
  return #found
end

local function give(i, n)
  local q = queues[i]
  if q.paused then return end
  local k = suspects > 0 and take(math.min(n, suspects), i, p .. 'suspects:' .. q.name, 'S') or 0
  suspects = suspects - k
  if not q.known then take(n - k, i, 'queue:' .. q.name, '-') end
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

-- Which of the jobs have a state of their own. A jid that arguments have too may lead
-- astray; the caller compares.
local its, of, n, cursors = {}, {}, 0, {}
for i = 1, taken do
  local v = all[i]
  local _, e = string.find(v, '"jid":"', 1, true)
  local close = e and string.find(v, '"', e + 1, true)
  if close then
    n = n + 1
    its[n] = 'it-' .. string.sub(v, e + 1, close - 1)
    of[n] = i
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
