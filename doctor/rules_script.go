package doctor

// scriptRules judge scripts, crontabs and what else starts and stops programs.
var scriptRules = []Rule{c411, c412, c413, s515, v655, p607}

var scriptFormats = []format{formatScript, formatBin, formatCron, formatProcfile, formatKamal}
