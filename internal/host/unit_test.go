package host

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// rooted makes a subject whose files are those given, below a root of their own.
func rooted(t *testing.T, files map[string]string, env ...string) Subject {
	t.Helper()
	s := inEnv(env...)
	s.Root = t.TempDir()
	for name, text := range files {
		path := filepath.Join(s.Root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestTheServiceOfAProcessIsReadFromItsControlGroup(t *testing.T) {
	for _, c := range []struct {
		cgroup, name string
		user         bool
	}{
		{"0::/system.slice/worker.service\n", "worker.service", false},
		{"0::/system.slice/system-work.slice/work@1.service/jobs\n", "work@1.service", false},
		{"4:memory:/x\n1:name=systemd:/system.slice/old.service\n0::/\n", "old.service", false},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/mine.service\n", "mine.service", true},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte.scope\n", "", false},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "", false},
		{"0::/\n", "", false},
		{"", "", false},
	} {
		name, user := rooted(t, map[string]string{"proc/100/cgroup": c.cgroup}).service()
		if name != c.name || user != c.user {
			t.Errorf("%q: %q, user %v; want %q, %v", c.cgroup, name, user, c.name, c.user)
		}
	}
}

func TestATimeOfSystemctlIsRead(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1min 30s": 90 * time.Second, "infinity": Forever, "2.500s": 2500 * time.Millisecond, "500ms": 500 * time.Millisecond,
		"5d 2h": 122 * time.Hour, "1w": 168 * time.Hour, "10us": 10 * time.Microsecond, "0": 0,
	} {
		if got, err := parseSpan(text); got != want || text == "0" != (err != nil) {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"soon", "5parsecs", "1min x", "."} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestASystemctlThatSaysNothingIsNotBelieved(t *testing.T) {
	for _, text := range []string{"", "KillMode=mixed\n", "TimeoutStopUSec=soon\n", "TimeoutStopUSec=90s\nMainPID=x\n"} {
		u := Unit{Name: "w.service"}
		if err := u.read(text); err == nil {
			t.Errorf("%q is read as %+v", text, u)
		}
	}
}

func TestAUnitIsJudgedByWhatItsStopDoes(t *testing.T) {
	worker := 100
	sh := above(seen(1, "systemd", term), seen(2, "sh -c w", intr))
	trapped := above(seen(1, "systemd", term), seen(2, "sh run.sh", term|intr))
	su := above(seen(1, "systemd", term), seen(2, "su -c w", term))
	ours := above(seen(1, "systemd", term), seen(2, "tasuki supervise", term|intr))
	heard := "NOTIFY_SOCKET=/run/x"
	for _, c := range []struct {
		name  string
		unit  Unit
		chain []Link
		env   []string
		want  []string
	}{
		{"the worker alone", Unit{KillMode: "mixed", MainPID: worker, NotifyAccess: "main", KillSignal: 15}, above(seen(1, "systemd", term)), []string{heard}, nil},
		{"systemd does not listen", Unit{KillMode: "mixed", MainPID: worker, NotifyAccess: "none"}, above(seen(1, "systemd", term)), nil, []string{"notify"}},
		{"a shell, all are signalled", Unit{KillMode: "control-group", MainPID: 2, NotifyAccess: "all"}, sh, []string{heard}, nil},
		{"a shell, systemd listens to it alone", Unit{KillMode: "control-group", MainPID: 2, NotifyAccess: "main"}, sh, []string{heard}, []string{"notify"}},
		{"a shell, mixed", Unit{KillMode: "mixed", MainPID: 2, NotifyAccess: "all"}, sh, []string{heard}, []string{"kill-mode"}},
		{"a shell, process", Unit{KillMode: "process", MainPID: 2, NotifyAccess: "all"}, sh, []string{heard}, []string{"kill-mode"}},
		{"a shell with a trap, mixed", Unit{KillMode: "mixed", MainPID: 2, NotifyAccess: "all"}, trapped, []string{heard}, []string{"shell-trap"}},
		{"none", Unit{KillMode: "none", MainPID: worker, NotifyAccess: "all"}, above(seen(1, "systemd", term)), []string{heard}, []string{"kill-mode"}},
		{"su kills", Unit{KillMode: "control-group", MainPID: 2, NotifyAccess: "all"}, su, []string{heard}, []string{"su"}},
		{"a supervisor of ours", Unit{KillMode: "mixed", MainPID: 2, NotifyAccess: "main"}, ours, []string{heard}, nil},
		{"INT stops too", Unit{KillMode: "mixed", MainPID: worker, NotifyAccess: "all", KillSignal: 2}, nil, []string{heard}, nil},
		{"QUIT does not", Unit{KillMode: "mixed", MainPID: worker, NotifyAccess: "all", KillSignal: 3}, nil, []string{heard}, []string{"kill-signal"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			traps := inEnv(c.env...).judgeUnit(c.unit, c.chain)
			if len(traps) != len(c.want) {
				t.Fatalf("traps %+v, want %q", traps, c.want)
			}
			for i, want := range c.want {
				if traps[i].Name != want || traps[i].Hint == "" || traps[i].Effect == "" {
					t.Errorf("trap %+v, want %q", traps[i], want)
				}
			}
		})
	}
}

func TestThatAllAreKilledTogetherWhenMemoryRunsOutIsSeen(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		env   string
		found bool
		grave bool
	}{
		{"in a container", map[string]string{"proc/100/cgroup": "0::/\n", "sys/fs/cgroup/memory.oom.group": "1\n"}, "", true, false},
		{"beside other workers", map[string]string{"proc/100/cgroup": "0::/\n", "sys/fs/cgroup/memory.oom.group": "1\n"}, "TASUKI_SLOT=a", true, true},
		{"further up", map[string]string{"proc/100/cgroup": "0::/pod/worker\n", "sys/fs/cgroup/pod/memory.oom.group": "1\n", "sys/fs/cgroup/pod/worker/memory.oom.group": "0\n"}, "", true, false},
		{"not set", map[string]string{"proc/100/cgroup": "0::/\n", "sys/fs/cgroup/memory.oom.group": "0\n"}, "", false, false},
		{"in another group", map[string]string{"proc/100/cgroup": "0::/a\n", "sys/fs/cgroup/b/memory.oom.group": "1\n"}, "", false, false},
		{"trees of version 1", map[string]string{"proc/100/cgroup": "4:memory:/x\n"}, "", false, false},
	} {
		trap, found := rooted(t, c.files, c.env).together()
		if found != c.found || trap.Grave != c.grave {
			t.Errorf("%s: found %v, grave %v; want %v, %v", c.name, found, trap.Grave, c.found, c.grave)
		}
	}
}
