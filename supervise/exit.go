package supervise

import "fmt"

// An exit is how a process ended.
type exit struct {
	Code    int    // if it ended by itself
	Signal  int    // if a signal ended it
	OOM     bool   // the kernel killed it for its memory
	Unknown bool   // it was not this supervisor's child
	By      string // why this supervisor killed it
	fled    bool   // it ended well and left processes behind that hold its lock
}

// fled is what is said of a program that leaves the foreground.
const fled = "it went to the background, where it cannot be supervised (hint: run it in the foreground, such as bin/delayed_job run, not start)"

// config says whether it cannot work as it is configured.
func (e exit) config() bool { return e.Code == exitConfig && e.Signal == 0 && !e.Unknown }

func (e exit) String() string {
	switch {
	case e.Unknown:
		return "ended, as another supervisor's child it did not say how"
	case e.By != "":
		return fmt.Sprintf("killed by its supervisor: %s", e.By)
	case e.Signal == 9 && e.OOM:
		return "killed by signal 9 (OOM: yes)"
	case e.Signal == 9:
		return "killed by signal 9 (OOM: no)"
	case e.Signal != 0:
		return fmt.Sprintf("killed by signal %d", e.Signal)
	}
	return fmt.Sprintf("exit code %d", e.Code)
}
