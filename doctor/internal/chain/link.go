package chain

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

// A Role is what a program in front of a worker is.
type Role int

// The roles.
const (
	Wrapper   Role = iota // execs what follows, or passes signals to it
	Init                  // passes signals to its child, and ends with it
	OurInit               // passes signals to the worker itself, past whatever is in between
	Services              // s6-overlay: ends services first, and what it was given as its command last
	Shell                 // runs a string
	Script                // runs a file
	Runner                // npm and its like
	Switcher              // su
	Timer                 // timeout
	DevRunner             // restarts what it runs when files change
	Deaf                  // hears no signal: xargs
)

// A Trap is what becomes of a stop signal on its way.
type Trap string

// The traps, each with what is found.
const (
	None           Trap = ""
	NotExec        Trap = "not-exec"        // a shell starts the worker as its child
	Pipe           Trap = "pipe"            // the worker is a part of a pipeline
	Redirect       Trap = "redirect"        // bash would exec, but for a redirection
	Background     Trap = "background"      // the worker is started with &
	WaitOnce       Trap = "wait-once"       // a trap passes the signal on, and the one wait it interrupts is the end
	TrapExits      Trap = "trap-exits"      // a trap ends the script, and the worker with it
	TrapForeground Trap = "trap-foreground" // a trap runs only when the worker has ended
	Kills          Trap = "kills"           // the program ends the worker on a signal, or by itself
	Ignores        Trap = "ignores"         // the program neither passes the signal on nor ends
)

// A Link is a program that stands between the platform and the worker.
type Link struct {
	Role    Role
	Name    string     // as people know it: "sh -c", "bin/entry.sh", "npm run worker"
	Pos     deploy.Pos // where it is started
	At      deploy.Pos // where it starts the next one, if that stands in another place
	Trap    Trap
	Luck    bool // the trap is open only where another base image has another sh
	Implied bool // the platform adds it: the shell of a string
	Family  deploy.Family
	Limit   string // of a Timer
	Groups  bool   // an init that signals the whole process group
	Next    string // the command that it starts, as it is written there, without assignments in front
	Lead    string // the assignments in front of Next
	Strange bool   // a script that is not here: it is taken for one that becomes what it is given
	More    bool   // something may follow that command: exec would leave it out

	// Offset is where Next stands in its string or script, if an exec may be put in front of
	// it; -1: it may not.
	Offset int
}
