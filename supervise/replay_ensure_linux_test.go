package supervise_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// A cronShop has Delayed Job, and the command tasuki to look after it.
type cronShop struct {
	*djShop
	tasuki string
}

// newCronShop has the docs' file, with the docs' plugin.
func newCronShop(t *testing.T) *cronShop {
	t.Helper()
	s := &cronShop{djShop: newDJShop(t), tasuki: filepath.Join(t.TempDir(), "tasuki")}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.tasuki, "../cmd/tasuki").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	file := strings.Replace(blocks(t, "yaml")[0], "env: [", "env: [REPLAY_READY=yes, ", 1) + "ready: notify\ndir: supervise\n"
	if err := os.WriteFile(s.home.Path(settings.FileName), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// run starts the command, and answers what waits for its end, which is to be a good one.
func (s *cronShop) run(args ...string) (wait func()) {
	s.t.Helper()
	out, err := os.CreateTemp(s.home.Path(), "out-")
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	cmd := s.home.Command(s.t.Context(), s.tasuki, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return func() {
		s.t.Helper()
		err := cmd.Wait()
		said, _ := os.ReadFile(out.Name())
		if err != nil || args[0] == "ensure" && len(said) > 0 {
			s.t.Errorf("tasuki %s: %v: %q", args, err, said)
		}
	}
}

// threeCrons ensure at the same time.
func (s *cronShop) threeCrons() {
	s.t.Helper()
	var waits []func()
	for range 3 {
		waits = append(waits, s.run("ensure"))
	}
	for _, wait := range waits {
		wait()
	}
}

// status is what the command shows.
func (s *cronShop) status() (st supervise.Status) {
	s.t.Helper()
	text, _ := s.home.Command(s.t.Context(), s.tasuki, "status", "--json").Output() // its exit code is the state
	if err := json.Unmarshal(text, &st); err != nil {
		s.t.Fatalf("tasuki status: %v: %q", err, text)
	}
	return st
}

// killSupervisor kills it as the kernel would.
func (s *cronShop) killSupervisor() {
	s.t.Helper()
	pid := s.status().Supervisor.PID
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	s.until("it is dead", func() bool { return !runs(pid) })
}

// alive are the supervisors, and the identities of the workers.
func (s *cronShop) alive() (supervisors []int, identities []string) {
	living, _ := s.home.Living()
	of := map[int]bool{}
	for _, p := range living {
		if words, _ := proc.Command(p.PID); slices.Contains(words, "--daemon") {
			of[p.PID] = true
		}
	}
	for _, p := range living {
		switch words, _ := proc.Command(p.PID); {
		case of[p.PID] && !of[p.Parent]: // not one that becomes a worker
			supervisors = append(supervisors, p.PID)
		case !of[p.PID]:
			for _, word := range words {
				if identity, is := strings.CutPrefix(word, "--identifier="); is {
					identities = append(identities, identity)
				}
			}
		}
	}
	return supervisors, identities
}

// watch checks at every moment that there is one supervisor at most, and that no identity
// lives twice.
func (s *cronShop) watch() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			supervisors, identities := s.alive()
			slices.Sort(identities)
			if len(supervisors) > 1 || len(identities) > 6 || len(slices.Compact(slices.Clone(identities))) < len(identities) {
				s.t.Errorf("supervisors %v, workers %v", supervisors, identities)
				return
			}
			<-tick.C
		}
	}()
	return func() { cancel(); <-done }
}

// has waits until there is one supervisor and so many workers.
func (s *cronShop) has(workers int) {
	s.t.Helper()
	s.until("one supervisor and the workers", func() bool {
		supervisors, identities := s.alive()
		return len(supervisors) == 1 && len(identities) == workers
	})
}

func TestThreeCronsAtOnceMakeOneSupervisorOfThreeDelayedJobWorkers(t *testing.T) {
	t.Parallel()
	s := newCronShop(t)
	defer s.watch()()
	s.threeCrons()
	s.begun("a", "b", "c")
	s.has(3)
	restarted := s.run("restart")
	s.until("the restart is under way", func() bool { st := s.status(); return st.Restart != nil })
	s.threeCrons()
	restarted()
	s.begun("d", "e", "f")
	s.has(6)
	s.killSupervisor()
	s.threeCrons()
	s.has(6)
	s.letGo("a", "b", "c") // whose workers were to end
	s.has(3)
	again := s.home.Command(t.Context(), s.tasuki, "restart") // its supervisor dies
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	s.until("a new worker starts", func() bool { _, identities := s.alive(); return len(identities) > 3 })
	s.killSupervisor()
	again.Wait()
	s.threeCrons()
	s.begun("g", "h", "i")
	s.until("the restart has gone on to its end", func() bool { st := s.status(); return st.State == supervise.Running && st.Generation == 3 })
	s.letGo("d", "e", "f", "g", "h", "i")
	s.until("no row is left", func() bool { return len(s.rows()) == 0 })
	s.oneEach("a", "b", "c", "d", "e", "f", "g", "h", "i")
	s.has(3)
	s.run("stop")()
	s.nobodyLives()
}
