package programs_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/programs"
)

func TestACommandIsKnownByItsWords(t *testing.T) {
	for command, want := range map[string]programs.Kind{
		"":                                     programs.Other,
		"ruby worker.rb":                       programs.Other,
		"/usr/bin/tini -- worker":              programs.Init,
		"/command/s6-svscan -X3":               programs.Services,
		"/lib/systemd/systemd --user":          programs.Manager,
		"/tasuki-init -- worker":               programs.OurInit,
		"tasuki init -- worker":                programs.OurInit,
		"tasuki --store sqlite:init supervise": programs.OurSupervisor,
		"/app/tasuki --json ensure -n 3":       programs.OurSupervisor,
		"tasuki status":                        programs.Other,
		"sh -c worker":                         programs.Shell,
		"/bin/bash ./entrypoint.sh worker":     programs.Shell,
		"-bash":                                programs.Shell,
		"/bin/busybox sh -c worker":            programs.Shell,
		"busybox crond -f":                     programs.Other,
		"busybox timeout 5 worker":             programs.Timer,
		"fish -c worker":                       programs.Shell,
		"ksh93 run":                            programs.Shell,
		"npm start":                            programs.Runner,
		"node /usr/bin/npm start":              programs.Runner,
		"node --require ./hook.js /usr/lib/node_modules/npm/bin/npx-cli.js x": programs.Runner,
		"nodejs /usr/share/nodejs/yarn/bin/yarn.js run x":                     programs.Runner,
		"node .yarn/releases/yarn-4.1.0.cjs run x":                            programs.Runner,
		"/usr/bin/node /usr/bin/yarnpkg worker":                               programs.Runner,
		"node /usr/local/bin/pnpm.cjs start":                                  programs.Runner,
		"node server.js":                                                      programs.Other,
		"node npm/server.js":                                                  programs.Other,
		"node":                                                                programs.Other,
		"bun run worker":                                                      programs.Runner,
		"bun start":                                                           programs.Runner,
		"bun worker.ts":                                                       programs.Other,
		"bun --smol run src/worker.ts":                                        programs.Other,
		"bunx job":                                                            programs.Runner,
		"su -c worker app":                                                    programs.Switcher,
		"/sbin/runuser -u app -- worker":                                      programs.Switcher,
		"timeout 60 worker":                                                   programs.Timer,
	} {
		if got := programs.Of(strings.Fields(command)); got != want {
			t.Errorf("%q is %d, want %d", command, got, want)
		}
	}
}

func TestAProcessIsKnownByItsNameOrElseByItsWords(t *testing.T) {
	for _, c := range []struct {
		name, words string
		want        programs.Kind
	}{
		{"sh", "", programs.Shell},
		{"entrypoint.sh", "/bin/sh ./entrypoint.sh", programs.Shell},
		{"npm run worker", "", programs.Runner},
		{"npm", "npm|start", programs.Runner},
		{"node-MainThread", "node|/usr/bin/npm|start", programs.Runner},
		{"MainThread", "/usr/local/bin/node|worker.js", programs.Other},
		{"busybox", "", programs.Shell},
		{"busybox", "/bin/busybox|crond", programs.Other},
		{"tasuki", "/app/tasuki|init|--|w", programs.OurInit},
		{"ruby", "sidekiq 6.4.1 shop [1 of 5 busy]", programs.Other},
		{"worker", "", programs.Other},
	} {
		words := func() []string {
			switch {
			case c.words == "":
				return nil
			case strings.Contains(c.words, "|"):
				return strings.Split(c.words, "|")
			}
			return strings.Fields(c.words)
		}
		if got := programs.Running(c.name, words); got != c.want {
			t.Errorf("%q, %q is %d, want %d", c.name, c.words, got, c.want)
		}
	}
}

func TestAShellsScriptIsToldFromWhatItWasGivenAsAWord(t *testing.T) {
	for command, want := range map[string]string{
		"sh /app/entry.sh secret": "/app/entry.sh", "sh -ec TOKEN=secret;w": "", "bash -o pipefail run": "run", "bash -o pipefail -c run": "", "bash --rcfile x run": "run", "bash": "", "sh -- run": "run",
		"bash -euo pipefail run -c x": "run", "busybox sh -c run": "", "busybox sh run": "run",
	} {
		if got := programs.Script(strings.Fields(command)); got != want {
			t.Errorf("%q runs %q, want %q", command, got, want)
		}
	}
}

func TestTheTimeOfATimerIsReadAsItWasTyped(t *testing.T) {
	for command, want := range map[string]string{
		"timeout 60 w": "60s", "timeout -v -s TERM --kill-after 5 1.5h w 20": "1.5h", "timeout --signal=TERM 90 w": "90s", "timeout -k 5 -- 2m w": "2m", "timeout": "", "timeout w": "",
	} {
		if got := programs.Limit(strings.Fields(command)); got != want {
			t.Errorf("%q ends after %q, want %q", command, got, want)
		}
	}
}

func TestWhomAnInitSignalsIsReadFromItsFlagsAndVariables(t *testing.T) {
	for _, c := range []struct {
		command, env string
		all, one     bool
	}{
		{command: "dumb-init w", all: true},
		{command: "dumb-init -r 15:3 -c w"},
		{command: "dumb-init --rewrite 15:3 --single-child w"},
		{command: "dumb-init w -c", all: true},
		{command: "dumb-init w", env: "DUMB_INIT_SETSID=0"},
		{command: "tini -- w -g"},
		{command: "tini -g w", all: true},
		{command: "tini -e 143 -g w", all: true},
		{command: "tini -p SIGTERM -e143 -vg w", all: true},
		{command: "tini -pg w"},
		{command: "tini w", env: "TINI_KILL_PROCESS_GROUP=1", all: true},
		{command: "tini w", env: "DUMB_INIT_SETSID=0"},
		{command: "tasuki-init -- w"},
		{command: "tasuki-init -g -- w", all: true},
		{command: "tasuki-init --grace 30 -c -- w", one: true},
		{command: "tasuki init --single-child -- w", one: true},
		{command: "tasuki-init w", env: "DUMB_INIT_SETSID=0", one: true},
		{command: "tasuki-init -c w", env: "TINI_KILL_PROCESS_GROUP=1", one: true},
		{command: "tasuki-init w", env: "TINI_KILL_PROCESS_GROUP=1", all: true},
		{command: "sh -g w"},
	} {
		env := func(name string) string {
			value, _ := strings.CutPrefix(c.env, name+"=")
			if value == c.env {
				return ""
			}
			return value
		}
		words := strings.Fields(c.command)
		if all, one := programs.Broadcasts(words, env), programs.Narrow(words, env); all != c.all || one != c.one {
			t.Errorf("%s %q: all %v, one %v", c.env, c.command, all, one)
		}
	}
}

func TestTheGraceOfOurInitIsReadFromItsFlag(t *testing.T) {
	for command, want := range map[string]string{
		"tasuki-init --grace 30 w": "30", "tasuki init -v --grace=1m -- w": "1m", "tasuki-init w --grace 30": "", "tini --grace 30 w": "", "tasuki-init -e 1 --linger 3 --grace 5 w": "5",
	} {
		if got := programs.Grace(strings.Fields(command)); got != want {
			t.Errorf("%q: %q, want %q", command, got, want)
		}
	}
}

func TestWhatIsSparedOfAGraceIsAFifthOfIt(t *testing.T) {
	for grace, want := range map[time.Duration]time.Duration{5 * time.Second: time.Second, 10 * time.Second: 2 * time.Second, time.Hour: 2 * time.Second} {
		if got := programs.Spare(grace); got != want {
			t.Errorf("of %v %v, want %v", grace, got, want)
		}
	}
}

func TestItLinksWhatASmallProgramCanHave(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if dep == "fmt" || dep == "os" || dep == "net" || dep == "regexp" {
			t.Errorf("it links %s", dep)
		}
	}
}
