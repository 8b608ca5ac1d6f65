-- Shared: how long a set of ids is kept, in seconds: it is looked at for two spans, and
-- begins with one.
local KEPT = 1260

