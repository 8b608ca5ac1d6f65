-- Shared: how long a set of ids is kept, in seconds: it is looked at for two spans.
local KEPT = 1800

