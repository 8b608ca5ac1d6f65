package tasuki_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// place is a command line in which WORKER stands for a worker on the store at path, as
// the first process of a PID namespace: as in a container.
func place(t *testing.T, path string, words ...string) *process {
	t.Helper()
	argv := unshared(t)
	for _, w := range words {
		argv = append(argv, strings.ReplaceAll(w, "WORKER", testBinary(t)))
	}
	p := spawn(t, path, argv)
	p.awaitLook()
	return p
}

// awaitLook waits until the worker has started and has said all that it sees of its
// place; how long a stop may take comes last.
func (p *process) awaitLook() {
	p.t.Helper()
	p.awaitLog("worker started")
	eventually(p.t, "the worker says how long a stop may take", func() bool {
		log := p.log.String()
		return strings.Contains(log, "a stop may take this long") || strings.Contains(log, "before its own stop is over")
	})
}

// traps are the names of the traps that the worker logged, each with its line.
func (p *process) traps() map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(p.log.String()) {
		if _, rest, ok := strings.Cut(line, " trap="); ok {
			name, _, _ := strings.Cut(rest, " ")
			found[name] = line
		}
	}
	return found
}

func tool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	needs(t, err == nil, name+" ("+pkg+")")
	return path
}

// built builds a command of this module.
func built(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("go", "build", "-o", path, "./cmd/"+name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// script writes a shell script.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "entry.sh")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProcessSaysAtItsStartWhatKeepsAStopFromReachingIt(t *testing.T) {
	tini, dumb, ours := tool(t, "tini", "tini"), tool(t, "dumb-init", "dumb-init"), built(t, "tasuki-init")
	for _, c := range []struct {
		name  string
		words []string
		trap  string // "": none
		says  string
	}{
		{"a shell as the first process", []string{"sh", "-c", "WORKER; true"}, "shell", "never arrives"},
		{"a script without exec", []string{script(t, testBinary(t)+"\ntrue")}, "shell", "entry.sh"},
		{"a shell below tini", []string{tini, "--", "sh", "-c", "WORKER; true"}, "shell", "within milliseconds"},
		{"a shell below dumb-init", []string{dumb, "-c", "sh", "-c", "WORKER; true"}, "shell", "within milliseconds"},
		{"tini below a shell", []string{"sh", "-c", tini + " -s -- WORKER; true"}, "shell", "never arrives"},
		{"a pipe", []string{"bash", "-c", "exec WORKER | cat"}, "shell", "never arrives"},
		{"a trap in front of the worker", []string{"sh", "-c", "trap : TERM; WORKER; true"}, "shell-trap", "cannot be seen"},
		{"timeout", []string{"timeout", "300", "WORKER"}, "timeout", "after 300s"},
		{"su", []string{"su", "-c", "exec WORKER", "root"}, "su", "2 s"},
		{"xargs", []string{"xargs", "-a", "/dev/null", "WORKER"}, "deaf", "xargs"},
		{"dumb-init signals all", []string{dumb, "WORKER"}, "broadcast", "level=INFO"},
		{"tini signals all", []string{tini, "-g", "WORKER"}, "broadcast", "level=INFO"},
		{"the worker alone", []string{"WORKER"}, "first", "level=INFO"},
		{"exec behind a shell", []string{"sh", "-c", "true; exec WORKER"}, "first", "level=INFO"},
		{"INT ignored", []string{tini, "--", "sh", "-c", "trap '' INT; exec WORKER"}, "ignored", "ignore it"},
		{"a shell below our init", []string{ours, "--", "sh", "-c", "WORKER; true"}, "", ""},
		{"su below our init", []string{ours, "--", "su", "-c", "WORKER; true", "root"}, "", ""},
		{"tini", []string{tini, "--", "WORKER"}, "", ""},
		{"dumb-init for one child", []string{dumb, "-c", "WORKER"}, "", ""},
		{"a shell that execs, below tini", []string{tini, "--", "sh", "-c", "exec WORKER"}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, path := file(t)
			p := place(t, path, c.words...)
			found := p.traps()
			line, ok := found[c.trap]
			delete(found, "grace")
			if c.trap == "" && len(found) > 0 || c.trap != "" && (!ok || len(found) != 1) {
				t.Fatalf("traps %q, want %q", found, c.trap)
			}
			if !strings.Contains(line, c.says) || c.trap != "" && !strings.Contains(line, "hint=") {
				t.Errorf("it does not say %q and what to do: %s", c.says, line)
			}
		})
	}
}

func TestProcessLogsNoWarningWhereAllIsWell(t *testing.T) {
	t.Setenv("TASUKI_GRACE", "30")
	tini := tool(t, "tini", "tini")
	for name, words := range map[string][]string{
		"the worker alone": {"WORKER"}, "below tini": {tini, "--", "WORKER"}, "by exec": {script(t, "true\nexec "+testBinary(t))},
	} {
		t.Run(name, func(t *testing.T) {
			_, path := file(t)
			p := place(t, path, words...)
			p.awaitLog("grace=30s")
			if log := p.log.String(); strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
				t.Errorf("it warns:\n%s", log)
			}
		})
	}
}

// Our init ends what still runs shortly before the platform does.
func TestProcessBelowOurInitCountsOnWhatThatLeavesOfTheGrace(t *testing.T) {
	t.Setenv("TASUKI_GRACE", "10")
	_, path := file(t)
	p := place(t, path, built(t, "tasuki-init"), "--", "WORKER", "-t", "9.5")
	line := p.traps()["grace"]
	for _, want := range []string{"level=WARN", "grace=9s", "tasuki-init, which ends all 1s before the 10s are over", "lower -t below 9s"} {
		if !strings.Contains(line, want) {
			t.Errorf("it does not say %q: %s", want, line)
		}
	}
}

func TestProcessStartsWithoutProcAndSaysOnceThatItSeesNothing(t *testing.T) {
	_, path := file(t)
	p := place(t, path, "sh", "-c", "umount /proc && mount -t tmpfs none /proc && exec WORKER")
	if n := strings.Count(p.log.String(), "cannot be seen"); n != 1 {
		t.Errorf("it says so %d times:\n%s", n, p.log)
	}
}

// underSystemd starts a worker where all looks as under systemd: the first process has its
// name, the control group is a service's, and a systemctl answers for it. show is what
// that says, shell lines; command is the unit's, in which "worker" starts the worker.
func underSystemd(t *testing.T, path, show, command string) *process {
	t.Helper()
	bin := t.TempDir()
	for name, text := range map[string]string{
		"systemctl": "#!/bin/sh\ncd " + bin + "\n" + show + "\n",
		"cgroup":    "0::/system.slice/work@1.service\n",
		"start":     "#!/bin/sh\necho $$ >" + bin + "/main; " + command + "\n",
		"worker":    "#!/bin/sh\nmount --bind " + bin + "/cgroup /proc/$$/cgroup && exec " + testBinary(t) + "\n",
		"boot":      "mkdir -p /run/systemd/system && PATH=" + bin + ":$PATH " + bin + "/start & wait\n",
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	sh, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bin+"/systemd", sh, 0o755); err != nil {
		t.Fatal(err)
	}
	return place(t, path, "sh", "-c", "mount -t tmpfs none /run && exec "+bin+"/systemd "+bin+"/boot")
}

const unitShown = `printf 'TimeoutStopUSec=20s\nKillMode=mixed\nKillSignal=15\nMainPID=%s\nType=simple\nNotifyAccess=none\n' $(cat main)`

func TestProcessSaysHowLongSystemdWaitsForIt(t *testing.T) {
	_, path := file(t)
	p := underSystemd(t, path, unitShown, "exec worker")
	p.awaitLog(`says="TimeoutStopSec of work@1.service"`)
	line := p.traps()["grace"]
	for _, want := range []string{"level=WARN", "grace=20s", "timeout=25s", "set TimeoutStopSec above 25s", "lower -t below 20s"} {
		if !strings.Contains(line, want) {
			t.Errorf("it does not say %q: %s", want, line)
		}
	}
	if line := p.traps()["notify"]; !strings.Contains(line, "level=INFO") || !strings.Contains(line, "NotifyAccess=main") {
		t.Errorf("it does not say that systemd does not listen: %s", line)
	}
}

func TestProcessBehindAShellSaysWhatSystemdDoesToIt(t *testing.T) {
	_, path := file(t)
	p := underSystemd(t, path, unitShown, "worker; true")
	p.awaitLog("TimeoutStopSec of")
	if line := p.traps()["kill-mode"]; !strings.Contains(line, "level=WARN") || !strings.Contains(line, "within milliseconds") {
		t.Errorf("it does not say what a stop does: %s", line)
	}
}

func TestProcessStartsThoughSystemdDoesNotAnswer(t *testing.T) {
	for show, says := range map[string]string{
		"sleep 600": "ask systemctl about work@1.service", "echo broken; exit 1": "ask systemctl about work@1.service",
		"echo what": "no stop timeout of work@1.service", "head -c 100000 /dev/urandom": "no stop timeout",
	} {
		t.Run(show, func(t *testing.T) {
			_, path := file(t)
			p := underSystemd(t, path, show, "exec worker")
			p.awaitLog("systemd could not be asked")
			if line := p.traps()["systemd"]; !strings.Contains(line, says) || !strings.Contains(line, "hint=") {
				t.Errorf("it does not say %q: %s", says, line)
			}
		})
	}
}

// beside starts a worker behind a shell in a PID namespace whose first process, of this
// name, is none of its ancestors.
func beside(t *testing.T, first string) *process {
	t.Helper()
	sleep, err := os.ReadFile(tool(t, "sleep", "coreutils"))
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), first)
	if err := os.WriteFile(bin, sleep, 0o755); err != nil {
		t.Fatal(err)
	}
	argv := append(unshared(t), bin, "1000")
	space := exec.Command(argv[0], argv[1:]...)
	if err := space.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { space.Process.Kill(); space.Wait() })
	var pid string
	eventually(t, "the first process runs", func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", space.Process.Pid))
		pid = strings.TrimSpace(string(children))
		name, _ := os.ReadFile("/proc/" + pid + "/comm")
		return strings.TrimSpace(string(name)) == first
	})
	_, path := file(t)
	p := spawn(t, path, []string{tool(t, "nsenter", "util-linux"), "-t", pid, "-p", "-m", "sh", "-c", testBinary(t) + "; true"})
	p.awaitLook()
	return p
}

func TestProcessInAPodThatSharesItsProcessesIsJudgedByItsOwnContainer(t *testing.T) {
	if line := beside(t, "pause").traps()["shell"]; !strings.Contains(line, "within milliseconds") {
		t.Errorf("it does not say what a stop does: %q", line)
	}
}

func TestProcessBesideAContainersOwnProgramIsNotJudged(t *testing.T) {
	if line := beside(t, "server").traps()["shell"]; line != "" {
		t.Errorf("it is judged: %s", line)
	}
}
