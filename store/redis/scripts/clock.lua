-- Shared: the server's clock in µs of Unix time, moved on by so many µs.
local function clock(ahead)
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2] + ahead
end

-- Shared: a moment as the score of a sorted set.
local function score(us)
  return string.format('%.0f.%06d', math.floor(us / 1000000), us % 1000000)
end

-- Shared: the day of a moment, in UTC. Years begin with March here, so that the day that
-- some have more is their last.
local function date(us)
  local days = math.floor(us / 86400000000) + 719468 -- since the first of March of 0
  local period = math.floor(days / 146097) -- of 400 years
  local day = days - period * 146097
  local year = math.floor((day - math.floor(day / 1460) + math.floor(day / 36524) - math.floor(day / 146096)) / 365)
  day = day - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * day + 2) / 153)
  day = day - math.floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  return string.format('%04d-%02d-%02d', period * 400 + year + (month <= 2 and 1 or 0), month, day)
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
