package host

import (
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

const (
	term = proc.Set(1 << (syscall.SIGTERM - 1))
	intr = proc.Set(1 << (syscall.SIGINT - 1))
)

// seen is a link of a chain as /proc shows it.
func seen(pid int, command string, caught proc.Set) Link {
	words := strings.Fields(command)
	return Link{Process: proc.Process{PID: pid, Name: words[0]}, Command: words, Signals: proc.Signals{Caught: caught}}
}

// above makes a chain of links, the first process first.
func above(links ...Link) []Link {
	for i := range links {
		links[i].PID, links[i].Parent = i+1, i
	}
	return links
}

func blocking(l Link) Link { l.Signals.Blocked = term | intr; return l }
func ignoring(l Link) Link { l.Signals.Ignored = term; return l }
func named(l Link, name string) Link {
	l.Name = name
	return l
}

func inEnv(pairs ...string) Subject {
	return Subject{PID: 100, Env: func(name string) string {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v
			}
		}
		return ""
	}}
}

func TestAChainIsJudgedByWhatEachLinkDoesWithTERM(t *testing.T) {
	for _, c := range []struct {
		name  string
		chain []Link
		want  []string // the traps: the name, and what the effect says
	}{
		{"catatonit waits for signals that it blocks", above(blocking(seen(1, "catatonit -- w", 0))), nil},
		{"a shell below catatonit", above(blocking(seen(1, "catatonit -- sh", 0)), seen(2, "sh -c w", intr)), []string{"shell: milliseconds"}},
		{"tini shows nothing and passes all", above(seen(1, "tini -- w", 0)), nil},
		{"docker-init is tini", above(seen(1, "docker-init -- w", 0)), nil},
		{"by hand, in a shell that a person types into", above(seen(1, "sh -c x", intr), ignoring(seen(2, "bash", intr)), seen(3, "make w", 0)), nil},
		{"a program that ignores TERM", above(seen(1, "tini run", 0), ignoring(seen(2, "run", intr))), []string{"deaf: ends there"}},
		{"shells in a row", above(seen(1, "sh entry.sh", intr), seen(2, "sh -c w", intr)), []string{"shell: never arrives"}},
		{"our init signals the worker itself", above(seen(1, "tasuki-init -- sh", term|intr), seen(2, "sh -c w", intr), seen(3, "xargs w", 0)), nil},
		{"any program may wait for signals that it blocks", above(blocking(seen(1, "own-init w", 0))), nil},
		{"a shell that blocks them does not", above(blocking(seen(1, "sh -c w", 0))), []string{"shell: never arrives"}},
		{"so does tasuki init", above(seen(1, "tasuki init -- sh", term|intr), seen(2, "sh -c w", intr)), nil},
		{"our init that signals its child alone tells the rest when a shell has died", above(seen(1, "tasuki-init -c -- sh", term|intr), seen(2, "sh -c w", intr)), nil},
		{"but npm takes the signal", above(seen(1, "tasuki init --single-child npm", term|intr), seen(2, "npm start", term|intr)), []string{"package-runner: shortly before"}},
		{"and su kills", above(seen(1, "tasuki-init -c su", term|intr), seen(2, "su -c w", term)), []string{"su: 2 s"}},
		{"our init that signals all", above(seen(1, "tasuki-init -g w", term|intr)), []string{"broadcast: told to end"}},
		{"it passes by su and npm", above(seen(1, "tasuki-init su", term|intr), seen(2, "su -c w", term), seen(3, "npm start", term|intr)), nil},
		{"and not by a shell with a trap", above(seen(1, "tasuki-init sh", term|intr), seen(2, "sh run.sh", term|intr)), []string{"shell-trap: cannot be seen"}},
		{"a supervisor looks at its own place", above(seen(1, "sh -c x", intr), seen(2, "tasuki supervise", term|intr)), nil},
		{"and signals what it starts", above(seen(1, "sh -c x", intr), seen(2, "tasuki supervise", term|intr), seen(3, "sh -c w", intr)), []string{"shell: does not reach"}},
		{"npm calls itself by what it runs", above(seen(1, "tini -- npm", 0), named(seen(2, "npm run worker", term|intr), "npm run worker"), seen(3, "sh -c w", intr)), []string{"package-runner: half a second"}},
		{"npm in node", above(named(seen(1, "node /usr/lib/npm/bin/npm-cli.js start", term|intr), "node")), []string{"package-runner: half a second"}},
		{"yarn in node", above(named(seen(1, "node /app/.yarn/releases/yarn-4.1.0.cjs start", term|intr), "node")), []string{"package-runner: half a second"}},
		{"bun that runs a file", above(seen(1, "bun worker.ts", term|intr)), nil},
		{"a program in node that hears TERM", above(seen(1, "node server.js", term|intr)), nil},
		{"python's subprocess", above(seen(1, "python3 run.py", intr)), []string{"deaf: never"}},
		{"timeout, with options", above(seen(1, "timeout -v -s TERM --kill-after 5 1.5h w 20", term|intr)), []string{"timeout: after 1.5h"}},
		{"timeout in seconds", above(seen(1, "timeout --signal=TERM 90 w", term|intr)), []string{"timeout: after 90s"}},
		{"timeout of which nothing is known", above(seen(1, "timeout", term|intr)), []string{"timeout: after the time it was given"}},
		{"ruby hears TERM", above(seen(1, "ruby boot.rb", term|intr)), nil},
		{"a login shell", above(seen(1, "tini -- x", 0), named(seen(2, "-bash", intr), "-bash")), []string{"shell: milliseconds"}},
		{"dumb-init signals all", above(seen(1, "dumb-init w", term|intr)), []string{"broadcast: told to end"}},
		{"dumb-init for one child", above(seen(1, "dumb-init -v --single-child w -g", term|intr)), nil},
		{"tini -g of the command is not tini's", above(seen(1, "tini w -g", 0)), nil},
		{"systemd signals each process by itself", above(seen(1, "systemd", term), seen(2, "sh -c w", intr)), nil},
		{"beside a container's own program", []Link{seen(40, "bash", intr)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := inEnv()
			traps := s.judge(s.path(c.chain))
			if len(traps) != len(c.want) {
				t.Fatalf("traps %+v, want %q", traps, c.want)
			}
			for i, want := range c.want {
				name, effect, _ := strings.Cut(want, ": ")
				if traps[i].Name != name || !strings.Contains(traps[i].Effect, effect) {
					t.Errorf("trap %+v, want %q", traps[i], want)
				}
				wantWhole(t, traps[i])
			}
		})
	}
}

// wantWhole fails unless a trap of a process says all that it should.
func wantWhole(t *testing.T, tr Trap) {
	t.Helper()
	if tr.What == "" || tr.Effect == "" || tr.Hint == "" || tr.PID == 0 || tr.Program == "" {
		t.Errorf("it does not say all: %+v", tr)
	}
}

func TestDUMB_INIT_SETSIDKeepsDumbInitFromSignallingAll(t *testing.T) {
	s := inEnv("DUMB_INIT_SETSID=0")
	if traps := s.judge(above(seen(1, "dumb-init w", term|intr))); len(traps) != 0 {
		t.Errorf("traps %+v", traps)
	}
}

func TestNoArgumentOfAProgramAboveIsTold(t *testing.T) {
	for command, want := range map[string]string{
		"sh -ec TOKEN=secret;w":   "sh -c",
		"sh /app/entry.sh secret": "sh entry.sh",
		"xargs w --token=secret":  "xargs",
		"bash":                    "bash",
	} {
		if got := seen(1, command, 0).title(); got != want {
			t.Errorf("%q is shown as %q, want %q", command, got, want)
		}
	}
}
