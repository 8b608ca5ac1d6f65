package pid1

import "strconv"

// ReadEnv reads what the environment asks for and the flags leave open: our own variables,
// tini's, dumb-init's. What it cannot read does not keep a container from starting: it
// is answered, to be said.
func (o *Options) ReadEnv(lookup func(string) (string, bool)) (troubles []string) {
	if value, _ := lookup("TASUKI_GRACE"); value != "" && o.Grace == 0 {
		troubles = add(troubles, o.SetGrace("TASUKI_GRACE", value))
	}
	if value, _ := lookup("TASUKI_LINGER"); value != "" && o.Linger == 0 {
		troubles = add(troubles, o.SetLinger("TASUKI_LINGER", value))
	}
	o.readAim(lookup)
	if value, _ := lookup("DUMB_INIT_DEBUG"); value == "1" {
		o.Verbosity = max(o.Verbosity, 2)
	}
	if value, ok := lookup("TINI_VERBOSITY"); ok { // it goes before -v, as with tini
		n, err := strconv.Atoi(value)
		if err != nil {
			return append(troubles, "TINI_VERBOSITY "+value+": it is a number")
		}
		o.Verbosity = n - 1
	}
	return troubles
}

func (o *Options) readAim(lookup func(string) (string, bool)) {
	if o.Aim != AimWorker {
		return
	}
	if value, _ := lookup("DUMB_INIT_SETSID"); value == "0" {
		o.Aim = AimChild
	}
	if _, ok := lookup("TINI_KILL_PROCESS_GROUP"); ok { // with any value
		o.Aim = AimGroup
	}
}

func add(troubles []string, err error) []string {
	if err != nil {
		troubles = append(troubles, err.Error())
	}
	return troubles
}
