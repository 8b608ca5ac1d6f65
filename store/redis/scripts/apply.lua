-- Brings jobs from one place to another, each whole or not at all: what is done about it
-- is written only if the job was still where the caller saw it.
-- uses: clock kept admit iteration
-- KEYS: 1 a worker, 2 its claims, 3 what was last saved of each of them
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 '1' for milliseconds,
--       4 the worker's batch as 16 digits or '', 5 what is kept with its answers, 6 the
--       beat it must have or '', 7 '1' to count in Sidekiq's counters, 8 how many
--       tokens of jobs that are done and leave nothing; the tokens;
--       then of each of the others
--         guard: 'claim' that is taken away, 'held' by a claim that stays, 'member' that is
--           taken out of a sorted set, 'item' that is taken out of a list, nearest to
--           where it is pushed, 'none' that is lost, 'unfit' that the caller refused; key,
--           what. Key is not read for claims
--         fence of the cursor: its number as 16 digits or '', key of the iteration state
--           or '', how many fields and values are set in it; they are; when the run was
--           claimed that ends now and counts in it, in µs, or ''
--         key whose field cancelled says that the job is to be cancelled, or ''
--         unique key that it needs, or '', its id, for how long that is kept in ms
--         what counts: '', 'p' processed, 'f' processed and failed
--         how many keys are checked: of each the type that it may have
--         how many commands: of each how many words, the words
--         how many commands if it is to be cancelled: the same
--         how many jobs it brings: of each what admit says
--       In words \0 stands for now as payloads have it, \1 for the cursor, what is
--       between two \3 for why somebody cancelled it, or for itself, a word that begins
--       with \2 is a score that many µs from now, one with \4 is itself without that. KEEP key n text adds a line to
--       a journal of at most n lines, FREE key id gives up a unique key, HOLD key id ms
--       keeps it on, MARK key at notes that a job is to be cancelled.
-- reply: 0 if the beat is another; otherwise a letter each, those that are done first:
--       A applied, a applied and cancelled, L not there any more, R refused: a key has
--       another type, E the server refused a command: the job is where it was, K the key
--       it needs is not free, U unfit. Of a batch that was applied before the letters of
--       then, and what was kept with them. Behind an E: letters, '', what the server said
local p, us = ARGV[1], clock(ARGV[2])
local d = door(p, us, ARGV[3])
if ARGV[6] ~= '' and redis.call('HGET', KEYS[1], 'beat') ~= ARGV[6] then return 0 end
local last = redis.call('HMGET', KEYS[1], 'batch', 'answers', 'order')
if last[1] == ARGV[4] then return { last[2], last[3] } end
redis.call('HDEL', KEYS[1], '') -- a full server lets those who wrote something go on

local answers, counts, i = {}, { p = 0, f = 0 }, 9
local function word() i = i + 1 return ARGV[i - 1] end

for _ = 1, tonumber(ARGV[8]) do
  local n = redis.call('HDEL', KEYS[2], word())
  answers[#answers + 1] = n == 1 and 'A' or 'L'
  counts.p = counts.p + n
end

local function filled(w, it)
  if string.byte(w, 1) == 4 then return string.sub(w, 2) end
  if string.byte(w, 1) == 2 then return score(us + string.sub(w, 2)) end
  if string.find(w, '\1', 1, true) then
    local c = part(it, 'c')
    w = string.gsub(w, '\1', { ['\1'] = c and c ~= 'null' and ',"cursor":' .. string.gsub(c, '^ ', '') or '' })
  end
  if string.find(w, '\3', 1, true) then
    local why = part(it, 'why')
    w = string.gsub(w, '\3([^\3]*)\3', function(default) return why or default end)
  end
  local at = string.find(w, '\0', 1, true) -- a pattern would take long for a big payload
  while at do
    w = string.sub(w, 1, at - 1) .. d.at .. string.sub(w, at + 1)
    at = string.find(w, '\0', at + #d.at, true)
  end
  return w
end

-- What somebody else keeps under the name of a journal, or of a set that is there for
-- people to look at, holds up no job.
local function keep(key, n, text)
  if type(redis.pcall('RPUSH', key, text)) == 'table' then return end
  if redis.call('LLEN', key) > tonumber(n) then
    redis.call('LSET', key, 1, '')
    redis.call('LREM', key, 1, '')
  end
end

local function free(key, id)
  if redis.pcall('GET', key) == id then redis.call('DEL', key) end
end

-- Lets a unique key end so many ms from now, if the job has it.
local function hold(key, id, ms)
  if redis.pcall('GET', key) == id then redis.call('SET', key, id, 'PX', ms) end
end

-- Takes fields out of a state, if it is one.
local function without(it, ...) redis.pcall('HDEL', it, ...) end

-- Notes a queue.
local function noted(set, queue) redis.pcall('SADD', set, queue) end

local own = { KEEP = keep, FREE = free, HOLD = hold, MARK = mark, HDEL = without, SADD = noted }

local failure -- what the server said first to what it refused

-- Makes a command, and says whether it was done.
local function done(words)
  local f, ok, said = own[words[1]], true, nil
  if f then ok, said = pcall(f, unpack(words, 2)) else said = redis.pcall(unpack(words)) end
  if type(said) == 'table' and said.err then ok, said = false, said.err end
  if not ok then failure = failure or tostring(said) end
  return ok
end

-- Reads commands, and makes them, up to the first that is refused, if so is said. Says
-- whether that is so still.
local function commands(make, it)
  for _ = 1, tonumber(word()) do
    local n, words = tonumber(word()), {}
    for w = 1, n do words[w] = word() end
    if make then
      for w = 1, n do words[w] = filled(words[w], it) end
      make = done(words)
    end
  end
  return make
end

-- Says whether the job is where it was seen: of a member its score.
local function there(guard, key, what)
  if guard == 'claim' or guard == 'held' then return redis.call('HEXISTS', KEYS[2], what) == 1 end
  if guard == 'none' or guard == 'unfit' then return false end
  if guard == 'member' then return redis.call('ZSCORE', key, what) end
  return redis.call('LPOS', key, what)
end

-- Takes a member or an item out, before it is put elsewhere, which may be the same key.
local function out(guard, key, what)
  if guard == 'member' then redis.call('ZREM', key, what) end
  if guard == 'item' then redis.call('LREM', key, 1, what) end
end

-- Ends what was done: a claim is given up last, so that nothing is lost if the server
-- refuses something on the way; then what was taken out is put back.
local function ended(guard, key, what, is, ok)
  if ok and guard == 'claim' then
    redis.call('HDEL', KEYS[2], what)
    redis.call('HDEL', KEYS[3], what)
  elseif not ok and guard == 'member' then
    redis.call('ZADD', key, is, what)
  elseif not ok and guard == 'item' then
    redis.call('RPUSH', key, what)
  end
end

local function one()
  local guard, key, what = word(), word(), word()
  local seq, it, n = word(), word(), tonumber(word())
  local fields = {}
  for f = 1, n do fields[f] = word() end
  local began = word()
  local cancels, key_needed, id, kept, counted = word(), word(), word(), word(), word()
  local checked = true
  for _ = 1, tonumber(word()) do
    local k, want = word(), word()
    local is = redis.call('TYPE', k).ok
    checked = checked and (is == want or is == 'none')
  end
  local is = there(guard, key, what, false)
  local holder = key_needed ~= '' and redis.call('GET', key_needed)
  local free = not holder or holder == id
  local go = is and checked and free
  local cancel = go and cancels ~= '' and cancelling(cancels)
  if go then
    out(guard, key, what)
    if key_needed ~= '' then redis.call('SET', key_needed, id, 'PX', kept) end
    local saved = (n > 0 or began ~= '') and redis.call('HGET', KEYS[3], what)
    local newer = n > 0 and (seq == '' or seq > (saved or ''))
    if newer then
      redis.call('HSET', it, unpack(fields))
      whole(it)
      if seq ~= '' and guard == 'held' then redis.call('HSET', KEYS[3], what, seq) end
    end
    if newer or began ~= '' then ran(it, not saved, began ~= '' and us - began) end
  end
  local made = commands(go and not cancel, it)
  made = commands(cancel, it) or made
  for _ = 1, tonumber(word()) do
    if made then
      local ok, said = pcall(admit, d, i)
      if not ok then made, failure = false, failure or tostring(type(said) == 'table' and said.err or said) end
    end
    i = i + JOB
  end
  if go then ended(guard, key, what, is, made) end
  if made and counted ~= '' then counts.p = counts.p + 1 end
  if made and counted == 'f' then counts.f = counts.f + 1 end
  if go and not made then return 'E' end
  return guard == 'unfit' and 'U' or not is and 'L' or not checked and 'R' or not free and 'K' or cancel and 'a' or 'A'
end
while i <= #ARGV do answers[#answers + 1] = one() end

local function count(name, n)
  if n == 0 then return end
  local day = 'stat:' .. name .. ':' .. date(us)
  redis.pcall('INCRBY', 'stat:' .. name, n) -- what somebody else keeps there counts nothing
  if type(redis.pcall('INCRBY', day, n)) == 'number' then redis.call('EXPIRE', day, 157680000) end
end
if ARGV[7] == '1' then
  count('processed', counts.p)
  count('failed', counts.f)
end
local all = table.concat(answers)
-- One that was held up on the way, and came behind its own resend, is not the last.
local newest = ARGV[4] ~= '' and ARGV[4] > (last[1] or '')
if newest and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'batch', ARGV[4], 'answers', all, 'order', ARGV[5]) end
if failure then return { all, '', failure } end
return { all }
