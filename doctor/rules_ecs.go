package doctor

// ecsRules judge ECS task definitions, and what runs them.
var ecsRules = []Rule{e301, e302, e303, e304, e305, e306, e307, e308, e309, e310, e311}
