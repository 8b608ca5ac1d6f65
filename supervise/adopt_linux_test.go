package supervise_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
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
	"github.com/tasuki-jobs/tasuki/supervise/internal/workertest"
)

// yardSetup is a supervisor as a process, of workers that tell how they are.
func yardSetup(t *testing.T, workers int) setup {
	dir := t.TempDir()
	set := setup{Workers: workers, Dir: filepath.Join(dir, "d"), Worker: supervise.Worker{Command: []string{os.Args[0]}, Kind: supervise.Tasuki,
		Env: []string{workertest.Variable + "=" + dir}}}
	endAll(t, set.Dir)
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(logFile(set))
			t.Logf("%s", tail(log, 12_000))
		}
	})
	return set
}

// crew waits until so many workers live and are written down, and answers them by slot.
func crew(t *testing.T, set setup, n int) map[string]live {
	t.Helper()
	bySlot := map[string]live{}
	within(t, 30*time.Second, fmt.Sprintf("%d workers are ready", n), func() bool {
		clear(bySlot)
		for _, p := range lives(t, set.Dir) {
			if rec := record(set, p.slot); rec["pid"] == float64(p.PID) && rec["phase"] != "starting" {
				bySlot[p.slot] = p
			}
		}
		return len(bySlot) == n
	})
	return bySlot
}

func recordFile(set setup, identity string) string {
	return filepath.Join(set.Dir, "worker-"+identity+".json")
}

func record(set setup, identity string) map[string]any {
	text, _ := os.ReadFile(recordFile(set, identity))
	rec := map[string]any{}
	json.Unmarshal(text, &rec)
	return rec
}

// rewrite changes the record of a worker.
func rewrite(t *testing.T, set setup, identity string, change func(map[string]any)) {
	t.Helper()
	rec := record(set, identity)
	change(rec)
	text, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordFile(set, identity), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// says waits until the supervisor's log has a line with all of these.
func says(t *testing.T, set setup, parts ...string) {
	t.Helper()
	within(t, 20*time.Second, "the log says "+strings.Join(parts, " … "), func() bool {
		text, _ := os.ReadFile(logFile(set))
		for line := range strings.Lines(string(text)) {
			if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
				return true
			}
		}
		return false
	})
}

func samePIDs(t *testing.T, before, after map[string]live) {
	t.Helper()
	for slot, p := range before {
		if after[slot].PID != p.PID {
			t.Errorf("worker %s was process %d and is %d", slot, p.PID, after[slot].PID)
		}
	}
}

func TestWorkersOutliveTheirSupervisorAndTheNextTakesThemOver(t *testing.T) {
	set := yardSetup(t, 3)
	first := hire(t, set)
	before := crew(t, set, 3)
	first.kill()
	second := hire(t, set)
	for slot := range before {
		says(t, set, "worker taken over", "worker="+slot)
	}
	samePIDs(t, before, crew(t, set, 3))
	second.stop()
	if left := lives(t, set.Dir); len(left) > 0 {
		t.Errorf("after the stop live %v", slots(left))
	}
}

// What is left of a worker's record, in each of these cases, is enough to find it.
func TestAWorkerIsFoundWhateverBecameOfItsRecord(t *testing.T) {
	for name, spoil := range map[string]func(set setup) error{
		"none":    func(set setup) error { return os.Remove(recordFile(set, "0")) },
		"empty":   func(set setup) error { return os.WriteFile(recordFile(set, "0"), nil, 0o600) },
		"half":    func(set setup) error { return os.WriteFile(recordFile(set, "0"), []byte(`{"format":1,"ident`), 0o600) },
		"foreign": func(set setup) error { return os.WriteFile(recordFile(set, "0"), []byte(`{"name":"left-pad"}`), 0o600) },
		"another's": func(set setup) error {
			text, err := os.ReadFile(recordFile(set, "1"))
			os.WriteFile(recordFile(set, "0"), text, 0o600)
			return err
		},
		"later": func(set setup) error {
			rec := record(set, "0")
			rec["format"], rec["phase"], rec["started"] = 99, map[string]any{"new": true}, "next week"
			text, _ := json.Marshal(rec)
			return os.WriteFile(recordFile(set, "0"), text, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := yardSetup(t, 2)
			first := hire(t, set)
			before := crew(t, set, 2)
			first.kill()
			if err := spoil(set); err != nil {
				t.Fatal(err)
			}
			second := hire(t, set)
			samePIDs(t, before, crew(t, set, 2))
			second.stop()
		})
	}
}

// A program may close the lock that it inherits and write over its environment, as Delayed
// Job does, before its supervisor has written down which process it is.
func TestAWorkerThatHidesIsFoundByWhatWasWrittenDownBeforeItWasStarted(t *testing.T) {
	if _, err := exec.LookPath("perl"); err != nil {
		t.Skip("perl is missing (Debian package perl-base)")
	}
	set := yardSetup(t, 1)
	set.Worker = supervise.Worker{Kind: supervise.Other, Ready: supervise.Ready{Alive: 100 * time.Millisecond},
		Command: []string{"perl", "-e", `use POSIX; POSIX::close(3); $0 = "hidden" . ("x" x 4000); open(F, ">>", "` + set.Dir + `.pids"); print F "$$\n"; close F; sleep 1 while 1`}}
	pids := func() []string { text, _ := os.ReadFile(set.Dir + ".pids"); return strings.Fields(string(text)) }
	t.Cleanup(func() {
		for _, pid := range pids() {
			var n int
			fmt.Sscan(pid, &n)
			syscall.Kill(n, syscall.SIGKILL)
		}
	})
	first := hire(t, set)
	within(t, 20*time.Second, "it hides", func() bool { return len(pids()) == 1 && record(set, "0")["phase"] == "working" })
	first.kill()
	me, err := proc.Read(first.cmd.Process.Pid)
	if err == nil {
		t.Fatalf("the supervisor lives: %+v", me)
	}
	mine, err := proc.Read(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, set, "0", func(rec map[string]any) { // as it was before the fork
		maps.DeleteFunc(rec, func(name string, _ any) bool { return slices.Contains([]string{"phase", "ready_at", "report"}, name) })
		rec["pid"], rec["session"] = 0, mine.Session
	})
	second := hire(t, set)
	says(t, set, "a worker without a record was found", "pid="+pids()[0])
	second.stop()
	if len(pids()) != 1 {
		t.Errorf("workers %v were started", pids())
	}
}

// Whoever enters a container from outside, as nsenter does, is in no session that can be
// named there.
func TestAWorkerThatHidesIsFoundInANamespaceWithoutASession(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a PID namespace needs root")
	}
	out, err := exec.Command("unshare", "-pf", "--mount-proc", "--kill-child", os.Args[0], "-test.run=^TestAWorkerThatHidesIsFoundByWhatWas").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, tail(out, 4000))
	}
}

func TestFewerSlotsLetWorkersEndThatAreTooMany(t *testing.T) {
	set := yardSetup(t, 4)
	first := hire(t, set)
	before := crew(t, set, 4)
	first.kill()
	set.Workers = 2
	second := hire(t, set)
	within(t, 20*time.Second, "two are left", func() bool { return slices.Equal(slots(lives(t, set.Dir)), []string{"0", "1"}) })
	delete(before, "2")
	delete(before, "3")
	samePIDs(t, before, crew(t, set, 2))
	second.stop()
}

func TestARestartGoesOnUnderTheNextSupervisor(t *testing.T) {
	set := yardSetup(t, 3)
	dir := filepath.Dir(set.Dir)
	first := hire(t, set)
	before := crew(t, set, 3)
	os.WriteFile(filepath.Join(dir, "slow"), nil, 0o600) // new workers wait before they are ready
	first.cmd.Process.Signal(syscall.SIGUSR1)
	within(t, 20*time.Second, "a fourth lives", func() bool { return len(lives(t, set.Dir)) == 4 })
	first.kill()
	os.Remove(filepath.Join(dir, "slow"))
	second := hire(t, set)
	says(t, set, "a restart goes on that another supervisor began")
	within(t, 30*time.Second, "three of the second generation live", func() bool {
		all := lives(t, set.Dir)
		return len(all) == 3 && !slices.ContainsFunc(all, func(p live) bool { return p.generation != "2" || before[p.slot].PID == p.PID })
	})
	second.stop()
}

func TestAWorkerThatARestartWhichHasFailedLeftQuietWorksAgain(t *testing.T) {
	set := yardSetup(t, 1)
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	syscall.Kill(worker.PID, syscall.SIGTSTP)
	rewrite(t, set, "0", func(rec map[string]any) { rec["phase"], rec["retire"] = "quiet", "restart" })
	second := hire(t, set)
	log := func() []line { y := yard{dir: filepath.Dir(set.Dir)}; return y.log() }
	within(t, 20*time.Second, "it works again", func() bool {
		return slices.ContainsFunc(log(), func(l line) bool { return l.What == "continued" && l.PID == worker.PID })
	})
	second.stop()
	if all := log(); slices.ContainsFunc(all, func(l line) bool { return l.What == "start" && l.PID != worker.PID }) {
		t.Errorf("another was started: %+v", all)
	}
}

// Who sets the clock takes no time from a worker that ends.
func TestAWorkerThatEndsHasItsTimeThoughTheClockWasSet(t *testing.T) {
	set := yardSetup(t, 1)
	set.Timeout = time.Hour
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	earlier := time.Now().Add(-2 * time.Hour).Format(time.RFC3339Nano)
	rewrite(t, set, "0", func(rec map[string]any) { // the clock was two hours behind when it was told to end
		rec["phase"], rec["retire"] = "stopping", "restart"
		for _, name := range []string{"written", "started", "ready_at", "stop_at"} {
			rec[name] = earlier
		}
	})
	second := hire(t, set)
	says(t, set, "worker taken over", "worker=0")
	within(t, 20*time.Second, "another works beside it", func() bool { return record(set, "0.2")["phase"] == "working" })
	if ended(worker.PID) {
		t.Error("it was killed")
	}
	syscall.Kill(worker.PID, syscall.SIGTERM) // as its record says
	second.stop()
}

// The lock of a worker that cannot be seen may be a living worker's.
func TestASlotWhoseWorkerMayLiveWhereItCannotBeSeenHasToWait(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a PID namespace needs root")
	}
	set := yardSetup(t, 1)
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	second := hire(t, set, "unshare", "-pf", "--mount-proc", "--kill-child")
	says(t, set, "is held by a process that cannot be seen")
	if all := lives(t, set.Dir); len(all) != 1 {
		t.Errorf("workers %v live", slots(all))
	}
	syscall.Kill(worker.PID, syscall.SIGKILL)
	within(t, 20*time.Second, "its slot is free", func() bool {
		all := lives(t, set.Dir)
		return len(all) == 1 && all[0].PID != worker.PID
	})
	second.kill()
}

// A supervisor is killed at any moment, most often while it starts workers.
func TestNoIdentityIsTakenTwiceWheneverTheSupervisorIsKilled(t *testing.T) {
	set := yardSetup(t, 4)
	c := checked(t, set.Dir, 8)
	rounds, taken := 40, 0
	for range rounds {
		b := hire(t, set)
		<-time.After(time.Duration(rand.IntN(120_000)) * time.Microsecond)
		b.kill()
		if rand.IntN(2) == 0 {
			for _, p := range lives(t, set.Dir) {
				if rand.IntN(2) == 0 {
					syscall.Kill(p.PID, syscall.SIGKILL)
				}
			}
		}
	}
	b := hire(t, set)
	crew(t, set, 4)
	c.stop()
	text, _ := os.ReadFile(logFile(set))
	taken = strings.Count(string(text), "worker taken over")
	t.Logf("%d kills, %d workers taken over, %d found without a record, %d looks", rounds, taken, strings.Count(string(text), "without a record"), c.seen)
	if taken == 0 {
		t.Error("no worker was ever taken over")
	}
	b.stop()
}
