package settings

import (
	"strconv"
	"strings"
	"syscall"
)

// signals are those by which programs are told something, as Linux numbers them.
var signals = map[string]syscall.Signal{"HUP": 1, "INT": 2, "QUIT": 3, "USR1": 10, "USR2": 12, "ALRM": 14, "TERM": 15, "CONT": 18,
	"TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "WINCH": 28, "PWR": 30, "NONE": -1}

// stopSetter takes no "none": nothing would ever end a worker.
func stopSetter(to func(*Settings) *syscall.Signal) setter {
	set := signalSetter(to)
	return func(s *Settings, v value, dir string) error {
		if strings.EqualFold(v.text, "none") {
			return bad("name the one at which it ends, or leave the key out for TERM", "without a signal no worker would ever end")
		}
		return set(s, v, dir)
	}
}

func signalSetter(to func(*Settings) *syscall.Signal) setter {
	return scalarSetter(to, func(text string) (syscall.Signal, error) {
		name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
		if sig, ok := signals[name]; ok {
			return sig, nil
		}
		for _, sig := range signals {
			if sig > 0 && strconv.Itoa(int(sig)) == text {
				return sig, nil
			}
		}
		if name == "KILL" || name == "STOP" || text == "9" || text == "19" {
			return 0, bad("a worker cannot hear it; timeout says when it is killed", "%s is no signal that tells something", text)
		}
		return 0, bad("signals are called "+strings.Join(sortedKeys(signals), ", "), "there is no signal %q", text)
	})
}
