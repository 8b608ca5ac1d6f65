-- Which commands the user may not run, as far as the server can tell.
-- ARGV: of each command how many words, the words
-- reply: numbers of those that it may not run
local denied, n, i = {}, 0, 1
while redis.acl_check_cmd and i <= #ARGV do
  n = n + 1
  local words = {}
  for w = 1, tonumber(ARGV[i]) do words[w] = ARGV[i + w] end
  local known, may = pcall(redis.acl_check_cmd, unpack(words))
  if known and not may then denied[#denied + 1] = n end
  i = i + 1 + #words
end
return denied
