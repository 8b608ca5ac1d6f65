-- Which of Sidekiq's processes are not tasuki's. KEYS: 1 all processes, 2 own workers
-- reply: of each its name, what it says of itself, and of what it shows concurrency, busy,
--       beat and quiet, each '' if it does not
local others = {}
local names = redis.pcall('SMEMBERS', KEYS[1])
if names.err then return others end
for _, name in ipairs(names) do
  if not redis.call('ZSCORE', KEYS[2], name) then
    local p = redis.pcall('HMGET', name, 'info', 'concurrency', 'busy', 'beat', 'quiet')
    if not p.err and p[1] then
      others[#others + 1] = name
      for i = 1, 5 do others[#others + 1] = p[i] or '' end
    end
  end
end
return others
