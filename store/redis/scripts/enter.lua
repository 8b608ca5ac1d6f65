-- Shared: the time if it is not as the caller believes, who wrote it into payloads: it may
-- be off by two seconds, and has to lie in the span of ten minutes that he names the sets
-- of. ARGV: 1 when that began, 2 now, both in seconds, 3 the set of its ids, 4 the one
-- before it, 5 '1' if the set has to be told when it ends
local function otherwise(call)
  local time = call('TIME')
  local since, off = time[1] - ARGV[1], time[1] - ARGV[2]
  if since < 0 or since >= 600 or off < -2 or off > 2 then return time end
end
