-- Notes on jobs that they are to be cancelled, as Sidekiq's cancel! does, wherever they are.
-- uses: clock iteration
-- KEYS: the iteration state of each
-- ARGV: 1 prefix, 2 how far the clock is moved on
-- reply: of how many it is noted; the others have something else under that name
local noted = 0
local at = string.format('%.0f', math.floor(clock(ARGV[2]) / 1000000))
for _, it in ipairs(KEYS) do
  local is = redis.call('TYPE', it).ok
  if is == 'hash' or is == 'none' then
    mark(it, at)
    if is == 'none' then redis.call('EXPIRE', it, 2592000) end -- nobody looks whether there is such a job
    noted = noted + 1
  end
end
return noted
