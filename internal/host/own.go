package host

import "syscall"

// own finds what the process brought with it: stop signals that it was started to
// ignore, and that it is the first process, to which orphans come.
//
// Go takes TERM and INT out of the mask of blocked signals, and TERM out of those that
// are ignored, before a program's first line: only INT can be seen, and only it reaches
// the programs that jobs start.
func (s Subject) own() []Trap {
	var traps []Trap
	if s.born.Ignored.Has(syscall.SIGINT) {
		traps = append(traps, ignoredTrap)
	}
	if inner, _, err := space(s.PID); s.PID == 1 || err == nil && inner == 1 {
		traps = append(traps, firstTrap)
	}
	return traps
}

var (
	ignoredTrap = Trap{Name: "ignored", What: "this process was started with INT ignored",
		Effect: "it stops at INT all the same; programs that its jobs start ignore it",
		Hint:   "a shell does so to what it starts with &: start the worker with exec"}
	firstTrap = Trap{Name: "first", What: "this process is the first process of its container",
		Effect: "a program that outlives the job which started it comes to this worker, stays as a zombie when it ends, and is killed when the worker exits",
		Hint:   "if jobs start programs, put tasuki init in front of the worker"}
)
