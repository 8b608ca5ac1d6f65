-- Shared: the server's clock in µs of Unix time, moved on by so many µs.
local function clock(ahead)
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2] + ahead
end

-- Shared: a moment as the score of a sorted set.
local function score(us)
  return string.format('%.0f.%06d', math.floor(us / 1000000), us % 1000000)
end

-- Shared: a moment as payloads have it: seconds with a fraction in Ruby's spelling, or
-- whole milliseconds. The fraction is of milliseconds: of longer ones newer Rubys spell
-- one in a thousand with a digit more, and so would not find what is spelled here.
local function stamp(us, millis)
  if millis == '1' then return string.format('%.0f', math.floor(us / 1000)) end
  local s = string.format('%.0f.%03d', math.floor(us / 1000000), math.floor(us / 1000) % 1000)
  s = string.gsub(s, '0+$', '')
  if string.sub(s, -1) == '.' then return s .. '0' end
  return s
end
