package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/live"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// The test's own program is the worker: it hears TERM, and lives until its standard input
// ends. And it is whoever looks as another user.
func TestMain(m *testing.M) {
	if os.Getenv("LIVE_WORKER") != "" {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM) // in this order: who waits for it to hear TERM looks at once
		os.Stdin.Read(make([]byte, 1))
		return
	}
	if pid, err := strconv.Atoi(os.Getenv("LIVE_LOOK")); err == nil {
		r, err := live.Look(context.Background(), pid, doctor.Options{})
		if err != nil {
			os.Stdout.WriteString(err.Error())
			return
		}
		live.WriteJSON(os.Stdout, r)
		return
	}
	os.Exit(m.Run())
}

// A place is what a worker runs in.
type place struct {
	t   *testing.T
	dir string
	env []string
}

// in makes a folder in which the test's program is called sidekiq.
func in(t *testing.T, env ...string) place {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "sidekiq")); err != nil {
		t.Fatal(err)
	}
	return place{t, dir, append([]string{"LIVE_WORKER=1", "PATH=" + dir + ":" + os.Getenv("PATH")}, env...)}
}

// container starts a command as the first process of a PID namespace, and answers the pid of
// the process in it whose command line has these words.
func (p place) container(has string, command ...string) int {
	p.t.Helper()
	for _, program := range []string{"unshare", command[0]} {
		if _, err := exec.LookPath(program); err != nil {
			p.t.Skip(err)
		}
	}
	return p.start(has, append([]string{"unshare", "--pid", "--fork", "--kill-child"}, command...)...)
}

func (p place) start(has string, command ...string) int {
	p.t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	stderr, err := os.Create(filepath.Join(p.dir, "stderr"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer stderr.Close()
	cmd.Stderr = stderr
	said := func() string { text, _ := os.ReadFile(stderr.Name()); return string(text) }
	in, err := cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { in.Close(); cmd.Process.Kill(); cmd.Wait() })
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		if strings.Contains(said(), "not permitted") {
			p.t.Skip(said())
		}
		if pid := found(cmd.Process.Pid, has); pid != 0 {
			return pid
		}
	}
	p.t.Fatalf("%v did not start %s: %s", command, has, said())
	return 0
}

// found is the process below pid, or it itself, whose command line begins with has, which
// has set its handlers, and whose starter hears again: dash blocks all signals while it forks.
func found(pid int, has string) int {
	all, _ := proc.All()
	self, _ := proc.Read(pid)
	for _, q := range append(proc.Descendants(all, pid), self) {
		words, _ := proc.Command(q.PID)
		s, _ := proc.ReadSignals(q.PID)
		starter, _ := proc.ReadSignals(q.Parent)
		forks := q.Parent != pid && starter.Blocked.Has(syscall.SIGTERM)
		if strings.HasPrefix(strings.Join(words, " "), has) && !forks && (s.Caught.Has(syscall.SIGTERM) || strings.HasPrefix(has, "sleep")) {
			return q.PID
		}
	}
	return 0
}

func look(t *testing.T, pid int, o doctor.Options) *live.Report {
	t.Helper()
	r, err := live.Look(t.Context(), pid, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said are the findings as words: "error shell".
func said(r *live.Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Severity+" "+f.Trap)
	}
	return strings.Join(all, ", ")
}

func TestWhatStandsAboveAContainersWorkerIsJudgedFromOutside(t *testing.T) {
	for _, c := range []struct {
		name    string
		command []string
		want    string
		outcome string
	}{
		{"a shell that stays", []string{"sh", "-c", "sidekiq -t 25; true"}, "error shell", "never arrives"},
		{"a shell that makes room", []string{"sh", "-c", "exec sidekiq -t 25"}, "info first", ""},
		{"the worker itself", []string{"sidekiq", "-t", "25"}, "info first", ""},
		{"an init", []string{"tini", "--", "sidekiq", "-t", "25"}, "", ""},
		{"an init over a shell", []string{"tini", "--", "sh", "-c", "sidekiq -t 25; true"}, "error shell", "within milliseconds"},
		{"a limit", []string{"timeout", "60", "sidekiq", "-t", "25"}, "warning timeout", "after 60s"},
		{"a shell that traps", []string{"bash", "-c", "trap 'kill $!' TERM; sidekiq -t 25 <&0 & wait; wait"}, "warning shell-trap, info ignored", "cannot be seen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := in(t, "TASUKI_GRACE=60").container("sidekiq -t 25", c.command...)
			r := look(t, pid, doctor.Options{})
			if said(r) != c.want || r.Kind != "Sidekiq" || r.TERM != "caught" || !strings.HasPrefix(r.Sum, "25 Sidekiq's -t + 3 for ensure blocks + 2") {
				t.Errorf("%s of %s: %s, want %q", said(r), r.Kind, r.Sum, c.want)
			}
			if len(r.Findings) > 0 && !strings.Contains(r.Findings[0].Outcome, c.outcome) {
				t.Errorf("%+v", r.Findings[0])
			}
		})
	}
}

func TestAWorkersTimeIsWeighedAgainstThePlatforms(t *testing.T) {
	for _, c := range []struct {
		name, env, timeout, want, message string
	}{
		{"what people say", "TASUKI_GRACE=20", "25", "error grace, info first", "needs 30 s to stop, and has 20 s"},
		{"what a platform has unless more is set", "KUBERNETES_SERVICE_HOST=10.0.0.1", "300", "warning grace, info first", "unless terminationGracePeriodSeconds was set to more"},
		{"what a platform always has", "DYNO=worker.1", "60", "error grace, info first", "has 30 s"},
		{"more than a platform can have", "DYNO=worker.1\x00TASUKI_GRACE=90", "20", "error grace, info first", "TASUKI_GRACE says 1m30s, but it is 30s"},
		{"no time", "TASUKI_GRACE=soon", "20", "error grace, info first", "no time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := in(t, strings.Split(c.env, "\x00")...).container("sidekiq -t "+c.timeout, "sidekiq", "-t", c.timeout)
			r := look(t, pid, doctor.Options{})
			got := map[string]bool{}
			message := ""
			for _, f := range r.Findings {
				got[f.Severity+" "+f.Trap] = true
				if f.Trap == "grace" {
					message += f.Message
				}
			}
			for want := range strings.SplitSeq(c.want, ", ") {
				if !got[want] {
					t.Errorf("%s, want %s", said(r), want)
				}
			}
			if !strings.Contains(message, c.message) {
				t.Errorf("%q, want %q", message, c.message)
			}
		})
	}
}

func TestAnyProcessMayBeLookedAt(t *testing.T) {
	pid := in(t, "TASUKI_GRACE=20").container("sleep 1000", "tini", "--", "sleep", "1000")
	r := look(t, pid, doctor.Options{})
	if said(r) != "error deaf, info grace" || r.Kind != "" || r.Program != "sleep" || r.Need != nil || *r.Grace != 20 {
		t.Errorf("%s: %+v", said(r), r)
	}
	r = look(t, pid, doctor.Options{Timeout: 30 * time.Second})
	if said(r) != "error deaf, error grace" || *r.Need != 32 {
		t.Errorf("%s: %+v", said(r), r)
	}
	script := in(t)
	if err := os.WriteFile(filepath.Join(script.dir, "importer"), []byte("trap : TERM\nread line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r = look(t, script.container("bash ./importer", "tini", "--", "bash", "./importer", "-t", "5"), doctor.Options{Workers: []string{"importer"}, Timeout: time.Second})
	if r.Kind != "worker" || *r.Need != 3 {
		t.Errorf("%s: %+v", said(r), r)
	}
	r = look(t, pid, doctor.Options{Workers: []string{"sleep"}})
	if said(r) != "error deaf, warning drain" || r.Kind != "worker" {
		t.Errorf("%s: %+v", said(r), r)
	}
}

func TestAWorkerThatCallsItselfByWhatItDoesIsKnown(t *testing.T) {
	if _, err := exec.LookPath("ruby"); err != nil {
		t.Skip(err)
	}
	p := in(t, "TASUKI_GRACE=30")
	if err := os.MkdirAll(filepath.Join(p.dir, "config"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "config/sidekiq.yml"), []byte(":concurrency: 5\n:timeout: 40\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	pid := p.container("sidekiq 7.3", "tini", "--", "ruby", "-e", `trap("TERM") {}; $0 = "sidekiq 7.3.2 shop [1 of 5 busy]"; STDIN.read`)
	r := look(t, pid, doctor.Options{})
	if said(r) != "error grace" || r.Kind != "Sidekiq" || *r.Need != 45 {
		t.Errorf("%s: %s", said(r), r.Sum)
	}
}

func TestWhoStartsAWorkerIsNotTakenForIt(t *testing.T) {
	worker := in(t).container("sidekiq -t 25", "tini", "--", "sidekiq", "-t", "25")
	p, err := proc.Read(worker)
	if err != nil {
		t.Fatal(err)
	}
	r := look(t, p.Parent, doctor.Options{})
	if said(r) != "warning starter" || !strings.Contains(r.Findings[0].Fix, strconv.Itoa(worker)+" sidekiq") {
		t.Errorf("%s: %+v", said(r), r.Findings)
	}
}

func TestAProcessThatIsGoneIsSaidToBe(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for p, err := proc.Read(cmd.Process.Pid); err == nil && !p.Ended(); p, err = proc.Read(cmd.Process.Pid) {
		<-tick.C
	}
	if _, err := live.Look(t.Context(), cmd.Process.Pid, doctor.Options{}); !errors.Is(err, live.ErrGone) || !strings.Contains(err.Error(), "reaped") {
		t.Errorf("of a zombie: %v", err)
	}
	cmd.Wait()
	if _, err := live.Look(t.Context(), cmd.Process.Pid, doctor.Options{}); !errors.Is(err, live.ErrGone) {
		t.Error(err)
	}
}

func TestWhatAnotherUserMayNotSeeIsSaid(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	p := in(t)
	worker := filepath.Join(p.dir, "sidekiq")
	pid := p.start(worker, worker, "-t", "25")
	self, err := os.Open("/proc/self/exe") // whose folder nobody else may enter
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	cmd := exec.Command("/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Dir, cmd.Env = "/", []string{"LIVE_LOOK=" + strconv.Itoa(pid)}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if err != nil {
		t.Skip(err)
	}
	var r live.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if r.PID != pid || r.User != "root" || len(r.Unseen) == 0 || !strings.Contains(r.Unseen[0], "user root's") || !r.Unread() {
		t.Errorf("%+v", r)
	}
}

func TestTheTextSaysWhatTheReportHas(t *testing.T) {
	pid := in(t, "TASUKI_GRACE=20").container("sidekiq -t 25", "sh", "-c", "sidekiq -t 25; true")
	b := &strings.Builder{}
	if err := live.WriteText(b, look(t, pid, doctor.Options{})); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"process " + strconv.Itoa(pid) + ": Sidekiq, sidekiq", "TERM caught", " sh -c: TERM default", "= 30 > 20 TASUKI_GRACE",
		"(/proc/" + strconv.Itoa(pid) + "/cmdline)", "error shell: a shell stands in front of it", "error grace: Sidekiq needs 30 s to stop, and has 20 s", "fix "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
}

// A program of somebody else's module, built as theirs is.
func TestAGoWorkerIsKnownByWhatItLinks(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":  "module example.com/shop\n\ngo 1.26\n\nrequire github.com/tasuki-jobs/tasuki v0.0.0\n\nreplace github.com/tasuki-jobs/tasuki => " + root + "\n",
		"go.sum":  string(sums),
		"main.go": "package main\n\nimport (\n\t\"os\"\n\n\t\"github.com/tasuki-jobs/tasuki\"\n)\n\nvar _ = tasuki.Main\n\nfunc main() { os.Stdin.Read(make([]byte, 1)) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := in(t, "TASUKI_GRACE=20", "TASUKI_TIMEOUT=60")
	build := exec.Command("go", "build", "-mod=mod", "-o", filepath.Join(p.dir, "shop"), ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pid := p.container("shop -c 5", "tini", "--", "shop", "-c", "5")
	r := look(t, pid, doctor.Options{})
	if r.Kind != "tasuki" || said(r) != "error grace" || *r.Need != 62 {
		t.Errorf("%s is %q: %s", said(r), r.Kind, r.Sum)
	}
}
