-- How many claims there are of which queue.
-- KEYS: 1 all workers   ARGV: 1 prefix
-- reply: names of queues and numbers
local counts = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  for _, v in ipairs(redis.call('HVALS', ARGV[1] .. 'claims:' .. name)) do
    local queue = string.match(v, '^%S+ %S+ %S ([^\n]*)\n')
    if queue then counts[queue] = (counts[queue] or 0) + 1 end
  end
end
local words = {}
for queue, n in pairs(counts) do
  words[#words + 1] = queue
  words[#words + 1] = tostring(n)
end
return words
