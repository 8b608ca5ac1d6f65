-- Shared: the time if it is not as the caller believes, who wrote it into payloads: it may
-- be off by two seconds, and has to lie in the span of ten minutes that he names the sets
-- of. He lets that be looked at now and then.
-- ARGV: 1 the set of the ids of now, 2 the one before it, 3 when the span of the first
--       began, 4 now, both in seconds, or '' not to look
local function otherwise(call)
  if ARGV[3] == '' then return end
  local time = call('TIME')
  local since, off = time[1] - ARGV[3], time[1] - ARGV[4]
  if since < 0 or since >= 600 or off < -2 or off > 2 then return time end
end
