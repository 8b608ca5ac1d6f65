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
	return k.kind().DrainsIn(signal, func(name string) bool {
		t, ok := k.chain.Env[name]
		if !ok {
			t, ok = k.Variable(name)
		}
		return ok && t.Value != ""
	})
}

// stopSignalName is the signal that the worker should be stopped by.
func (k *work) stopSignalName() string {
	if k.endsOn("TERM") {
		return "SIGTERM"
	}
	return "SIG" + k.kind().Stops[0]
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
