package doctor

// composeRules judge compose files.
var composeRules = []Rule{c401, c402, c403, c404, c405, c406}
