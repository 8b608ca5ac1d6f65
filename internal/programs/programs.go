// Package programs knows programs by what stands on their command lines: what each of them
// does with a stop signal that is meant for what it started. It judges words, whether they
// are those of a process, of a line in a script or of an image's command. It links so little
// that an init can have it.
package programs

import "strings"

// A Kind is what a program does with a stop signal.
type Kind uint8

const (
	Other         Kind = iota // nothing is known of it: what it does with signals has to tell
	Init                      // a small init: passes signals to its one child, and ends with it
	Services                  // runs services: ends each by itself, and starts again what has ended
	Manager                   // a system's own first process: signals each service by itself
	OurInit                   // passes signals to the workers themselves, whatever is in between
	OurSupervisor             // does that too, and looks at its own place by itself
	Shell                     // passes nothing on; without a trap it ends, and its command does not hear of it
	Runner                    // npm and its like: passes it to a shell, and ends
	Switcher                  // su and its like: passes it on, and kills what has not ended 2 s later
	Timer                     // timeout: passes it on, and sends one by itself after its time
)

var kinds = map[string]Kind{
	"tini": Init, "tini-static": Init, "docker-init": Init, "catatonit": Init, "podman-init": Init, "dumb-init": Init, "pause": Init,
	"s6-svscan": Services, "s6-supervise": Services, "runsvdir": Services, "runsv": Services,
	"systemd": Manager, "launchd": Manager, "openrc-init": Manager, "runit": Manager,
	"tasuki-init": OurInit,
	"sh":          Shell, "dash": Shell, "bash": Shell, "rbash": Shell, "ash": Shell, "busybox": Shell, "zsh": Shell, "fish": Shell, "yash": Shell,
	"ksh": Shell, "ksh93": Shell, "mksh": Shell, "lksh": Shell, "posh": Shell, "csh": Shell, "tcsh": Shell,
	"npm": Runner, "npx": Runner, "yarn": Runner, "yarnpkg": Runner, "pnpm": Runner, "pnpx": Runner, "bunx": Runner,
	"su": Switcher, "runuser": Switcher,
	"timeout": Timer,
}

// Named is what a program of this name is, as far as the name alone tells: with or without
// its directory, or with words behind it, since npm calls itself "npm run worker".
func Named(name string) Kind {
	first, _, _ := strings.Cut(name, " ")
	if k := kinds[program(first)]; k != Other {
		return k
	}
	return kinds[program(name)] // a directory may have a blank
}

// program is a name without its directory; a login shell is "-bash".
func program(name string) string {
	return strings.TrimPrefix(name[strings.LastIndexByte(name, '/')+1:], "-")
}

// Of is what a command is, the program's name first.
func Of(words []string) Kind {
	if len(words) == 0 {
		return Other
	}
	switch name := program(words[0]); name {
	case "node", "nodejs":
		return script(Script(words))
	case "bun":
		return bun(words[1:])
	case "tasuki":
		return ours(words[1:])
	case "busybox":
		if len(words) > 1 {
			return Named(words[1])
		}
	}
	return Named(words[0])
}

// Running is what a process is that has this name and these words: a script in a shell has
// its own name, and npm is a script of another program. The words are asked for where the
// name does not tell.
func Running(name string, words func() []string) Kind {
	k := Named(name)
	if k == Other || name == "busybox" {
		if w := words(); len(w) > 0 {
			return Of(w)
		}
	}
	return k
}

// script is what a program is that node runs from this file: npm-cli.js, yarn-4.1.0.cjs.
func script(file string) Kind {
	name, _, _ := strings.Cut(program(file), ".")
	name = strings.TrimSuffix(name, "-cli")
	if name, _, _ = strings.Cut(name, "-"); kinds[name] == Runner {
		return Runner
	}
	return Other
}

// bun is a runner where it runs what package.json names, and the program itself where it
// runs a file.
func bun(words []string) Kind {
	what := firstOf(words, "")
	if what == "run" {
		what = firstOf(words[at(words, what)+1:], "")
	}
	if what == "" || strings.ContainsAny(what, "./") {
		return Other
	}
	return Runner
}

// ours is a command of tasuki.
func ours(words []string) Kind {
	switch firstOf(words, "--store") {
	case "init":
		return OurInit
	case "supervise", "start", "ensure", "restart":
		return OurSupervisor
	}
	return Other
}

// at is where a word stands.
func at(words []string, word string) int {
	for i, w := range words {
		if w == word {
			return i
		}
	}
	return -1
}
