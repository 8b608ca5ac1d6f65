package doctor

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
)

// signalNumbers are those that people write in place of a name.
var signalNumbers = map[string]string{"1": "HUP", "2": "INT", "3": "QUIT", "6": "ABRT", "9": "KILL", "10": "USR1", "12": "USR2", "15": "TERM", "20": "TSTP", "28": "WINCH"}

// signalName is a signal's name without SIG: of SIGTERM, term and 15 alike TERM.
func signalName(s string) string {
	name := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "SIG")
	if known := signalNumbers[name]; known != "" {
		return known
	}
	return name
}

// endsOn says whether a signal lets the worker end its jobs, with the variables that it has.
func (k *work) endsOn(signal string) bool {
	return k.chain.Worker.Drains(signal, func(name string) string {
		t, _ := k.variable(name)
		return t.Value
	})
}

// stopSignalName is the signal that the worker should be stopped by; where none lets its jobs end,
// with the variables that it has, that which would without them.
func (k *work) stopSignalName() string {
	if k.endsOn("TERM") {
		return "SIGTERM"
	}
	return "SIG" + k.kind().Stops[0]
}

// deafened is what to do for a worker that no signal lets end its jobs, as it is started; empty: one does.
func (k *work) deafened() string {
	if k.endsOn("TERM") || k.endsOn(k.kind().Stops[0]) {
		return ""
	}
	return k.kind().Graceful + "; as it is started no signal lets its jobs end"
}

// rewrites says whether an init in front of the worker may send another signal than it
// gets.
func (k *work) rewrites() bool {
	if !slices.ContainsFunc(k.chain.Links, func(l chain.Link) bool { return l.Role == chain.Init || l.Role == chain.OurInit }) {
		return false
	}
	for _, w := range k.Words() {
		if w.Value == "-r" || w.Value == "--rewrite" || strings.HasPrefix(w.Value, "--rewrite=") {
			return true
		}
	}
	return false
}
