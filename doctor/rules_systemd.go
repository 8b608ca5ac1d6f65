package doctor

// systemdRules judge systemd units.
var systemdRules = []Rule{s501, s502, s503, s504, s505, s506, s507, s508, s509, s510, s511, s512, s513, s514, s516, s517}
