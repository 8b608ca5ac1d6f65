package programs

import (
	"strings"
	"time"
)

// Broadcasts says whether an init, ours too, signals all processes of its child's group, those
// that jobs started among them. env is its environment.
func Broadcasts(words []string, env func(name string) string) bool {
	name, rest := apart(words)
	switch name {
	case "dumb-init":
		return env("DUMB_INIT_SETSID") != "0" && !single(rest)
	case "tini", "tini-static", "docker-init", "catatonit":
		return has(rest, 'g', "") || env("TINI_KILL_PROCESS_GROUP") != ""
	case ourName:
		return has(rest, 'g', "") || !single(rest) && env("TINI_KILL_PROCESS_GROUP") != ""
	}
	return false
}

// Narrow says whether an init of ours was told to signal its child alone, as others do, and
// not the workers below it.
func Narrow(words []string, env func(name string) string) bool {
	name, rest := apart(words)
	return name == ourName && !Broadcasts(words, env) && (single(rest) || env("DUMB_INIT_SETSID") == "0")
}

// Grace is what an init of ours was told by a flag about the platform's grace; empty: nothing.
func Grace(words []string) string {
	name, rest := apart(words)
	if name != ourName {
		return ""
	}
	value, _ := flag(rest, 0, "--grace")
	return value
}

// Spare is how long before the end of a grace an init of ours begins to end what still
// runs: those that were not told to stop are told then. After half of that time it kills.
func Spare(grace time.Duration) time.Duration { return min(grace/5, 2*time.Second) }

// ourName stands for tasuki-init and for tasuki init.
const ourName = "tasuki-init"

// apart takes the command line of an init apart: its name, and what stands behind it.
func apart(words []string) (name string, rest []string) {
	if len(words) == 0 {
		return "", nil
	}
	if name = program(words[0]); name == "tasuki" && Of(words) == OurInit {
		return ourName, words[at(words, "init")+1:]
	}
	return name, words[1:]
}

func single(rest []string) bool { return has(rest, 'c', "--single-child") }

func has(rest []string, short byte, long string) bool {
	_, ok := flag(rest, short, long)
	return ok
}

// Flags of inits that have a value, which may stand behind them.
const (
	shortTakers = "epr"
	longTakers  = "--rewrite --grace --linger"
)

// flag looks for a flag, and its value, among those in front of the command that follows.
func flag(rest []string, short byte, long string) (value string, ok bool) {
	for len(rest) > 0 && len(rest[0]) > 1 && rest[0][0] == '-' && rest[0] != "--" {
		w := rest[0]
		rest = rest[1:]
		name, value, given := w, "", false
		if strings.HasPrefix(w, "--") {
			name, value, given = strings.Cut(w, "=")
		} else if i := strings.IndexAny(w[1:], shortTakers); i >= 0 { // the last of its cluster
			name, value = w[:i+2], w[i+2:]
			given = value != ""
		}
		long2 := strings.HasPrefix(name, "--")
		if !given && len(rest) > 0 && (long2 && takes(name, longTakers) || !long2 && strings.IndexByte(shortTakers, name[len(name)-1]) >= 0) {
			value, rest = rest[0], rest[1:]
		}
		if long2 && name == long || !long2 && short != 0 && strings.IndexByte(name, short) > 0 {
			return value, true
		}
	}
	return "", false
}
