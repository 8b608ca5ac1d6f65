package doctor

// supervisorRules judge what Supervisor (supervisord.org) runs.
var supervisorRules = []Rule{v651, v652, v653, v654, v657}
