package script

import (
	"path"
	"strconv"
	"strings"
)

// Terms says whether a command asks programs to end, with time to do it.
func (c *Call) Terms() bool {
	switch name := c.Name(); name {
	case "kill", "pkill", "killall":
		_, hard := c.Kill()
		return !hard && !c.Has("-0", "-l", "-STOP", "-CONT", "-HUP", "-USR1", "-USR2")
	case "docker", "podman", "docker-compose", "systemctl", "service", "supervisorctl":
		_, hard := c.Kill()
		return !hard && c.Has("stop", "down")
	}
	return false
}

// Waits is how long a command waits, if that is what it is for.
func (c *Call) Waits() (seconds int, ok bool) {
	switch path.Base(c.Name()) {
	case "sleep":
		if len(c.Words) > 1 {
			v := c.Words[1].Value
			scale := 1
			if strings.HasSuffix(v, "m") {
				scale = 60
			}
			if n, err := strconv.ParseFloat(strings.TrimRight(v, "sm"), 64); err == nil {
				return int(n * float64(scale)), true
			}
		}
		return 60, true
	case "wait", "tail", "pidwait":
		return 60, c.Name() != "tail" || strings.Contains(c.Text, "--pid")
	}
	return 0, false
}
