-- Lets jobs in, one after the other.
-- uses: clock kept admit
-- ARGV: 1 prefix, 2 how far the clock is moved on, 3 '1' for milliseconds; of each job
--       what admit says
-- reply: of each job what became of it and an id, '' if it is its own
local d = door(ARGV[1], clock(ARGV[2]), ARGV[3])
for a = 4, #ARGV, JOB do doors(ARGV[a + 1], ARGV[a + 6]) end
redis.call('HLEN', d.p .. 'ticks')
local became = {}
for a = 4, #ARGV, JOB do
  local what, id = admit(d, a)
  became[#became + 1] = what
  became[#became + 1] = id or ''
end
return became
