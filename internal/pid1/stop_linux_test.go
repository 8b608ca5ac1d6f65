package pid1_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

func TestTheSecondOfTwoTERMsIsSwallowed(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours, "-vv"}, workWords("worker", "TERM,USR1", -1, 0)...)...)
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.sees("worker got TERM")
	s.gets(syscall.SIGTERM)
	s.sees("another SIGTERM in so short a time")
	s.gets(syscall.SIGUSR1)
	s.sees("worker got USR1")
	if n := strings.Count(s.says(), "worker got TERM"); n != 1 {
		t.Errorf("the worker got TERM %d times", n)
	}
}

func TestAWorkerThatStartsAfterTheTERMGetsIt(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", work("migrate", "TERM", 200, 0)+"; "+work("worker", "TERM", 200, 0)+"; exit 9")
	s.sees("migrate ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(9)
	s.has("migrate drained", "worker got TERM", "worker drained")
}

func TestAShellThatHasNotStartedItsWorkerEndsAndStartsNone(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "echo first; while :; do :; done; "+work("worker", "TERM", 0, 0))
	s.sees("first")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	s.lacks("worker ready")
}

func TestALoopThatStartsItsWorkerAgainAndAgainIsEnded(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "while :; do "+work("worker", "TERM", 0, 0)+"; done")
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	if n := strings.Count(s.says(), "worker got TERM"); n < 2 || n > 4 {
		t.Errorf("%d workers got TERM", n)
	}
}

func TestWhereNobodyCatchesTheSignalAllEndOnIt(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "sleep 1000 & sleep 1001 & echo ready; wait; true")
	s.sees("ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
}

func TestAJobsProgramThatOutlivesItsWorkerIsWaitedFor(t *testing.T) {
	script := "perl -e 'sleep 1; print qq(job done\\n)' & exec " + work("worker", "TERM", 0, 0)
	for name, init := range map[string][]string{"tini": {tini, "--"}, "dumb-init": {dumbInit, "--"}, "ours": {ours}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, init[0])
			s := asFirst(t, with(init, "sh", "-c", script)...)
			s.sees("worker ready")
			s.gets(syscall.SIGTERM)
			s.endsWith(0)
			if done := strings.Contains(s.says(), "job done"); done != (name == "ours") {
				t.Errorf("the job was done: %v", done)
			}
		})
	}
}

func TestADaemonBesideTheWorkerIsStoppedOnceTheWorkerHasEnded(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "("+work("daemon", "TERM", 100, 0)+" &); exec "+work("worker", "TERM", 300, 3))
	s.sees("worker ready", "daemon ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(3)
	text := s.says()
	if drained, told := strings.Index(text, "worker drained"), strings.Index(text, "daemon got TERM"); drained < 0 || told < drained {
		t.Errorf("worker drained at %d, daemon told at %d", drained, told)
	}
}

func TestADaemonizedWorkerGetsTheSignalThatTheCommandDoesNotCatch(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "("+work("daemon", "TERM", 300, 0)+" &); exec sleep 1000")
	s.sees("daemon ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	s.has("daemon drained")
}

func TestWhatAnEndedCommandLeavesBehindIsNamedAndStoppedAfterTheLinger(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "--linger", "0.2", "sh", "-c", work("worker", "TERM", 200, 0)+" & sleep 1000 & read -r _ < /proc/self/status; exit 3")
	s.endsWith(3)
	s.has("the command has ended with 3 and left behind: ", "they are stopped in 200ms")
}

func TestACommandThatForksAwayEndsWithItsCodeWhenItsDaemonHasEnded(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "("+work("daemon", "TERM,USR1", 200, 7)+" &); exit 0")
	s.sees("daemon ready", "and left behind: ")
	s.gets(syscall.SIGUSR1)
	s.sees("daemon got USR1")
	s.gets(syscall.SIGTERM)
	s.endsWith(0)
	s.has("daemon drained")
}

func TestWhoIgnoresASignalAfterTheLingerIsKilled(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "--linger", "0", "--grace", "2", "sh", "-c", "trap '' TERM; sleep 1000 & exit 5")
	s.endsWith(5)
	s.has("SIGKILL to sleep")
}

func TestTheEndComesShortlyBeforeTheGraceIsOver(t *testing.T) {
	for name, command := range map[string][]string{
		"catches": workWords("worker", "TERM", -1, 0),
		"ignores": {"perl", "-e", "$SIG{TERM} = 'IGNORE'; $SIG{INT} = 'IGNORE'; $| = 1; print qq(worker ready\\n); sleep 1 while 1"},
		"shell":   {"sh", "-c", work("worker", "TERM", -1, 0) + "; true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const grace = 10 * time.Second
			s := asFirstWith(t, env("TASUKI_GRACE=10"), with([]string{ours}, command...)...)
			s.sees("worker ready")
			asked := time.Now()
			s.gets(syscall.SIGTERM)
			code := s.ends()
			if took := time.Since(asked); took < grace*3/4 {
				t.Errorf("it took %v of %v", took, grace)
			}
			if want := map[string]int{"shell": 143}[name]; code != cmp.Or(want, 137) { // a shell that is in front of it ends on TERM
				t.Errorf("exit code %d", code)
			}
			s.has("SIGKILL to perl")
		})
	}
}

func TestNearTheEndOfTheGraceTheRestIsTold(t *testing.T) {
	t.Parallel()
	// The shell has a trap and waits for its child in the foreground, which gets nothing.
	s := asFirst(t, ours, "--grace", "10", "sh", "-c", "trap : TERM; "+work("worker", "TERM", 0, 0)+"; exit 6")
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(6)
	s.has("worker drained")
	s.lacks("SIGKILL")
}

func TestHUPAndQUITAreNoStop(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours, "--grace", "0.5"}, workWords("worker", "HUP,QUIT,USR1", -1, 0)...)...)
	s.sees("worker ready")
	s.gets(syscall.SIGHUP, syscall.SIGQUIT)
	s.sees("worker got HUP", "worker got QUIT")
	after := time.Now()
	s.until("the grace is over", func() bool { return time.Since(after) > time.Second })
	s.gets(syscall.SIGUSR1)
	s.sees("worker got USR1")
}

func TestOrphansAreReaped(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "-w", "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do (true &) ; done; "+work("worker", "TERM", 0, 0)+"; true")
	s.sees("worker ready")
	s.until("all are reaped", func() bool { return strings.Count(s.says(), "Reaped zombie process with pid=") >= 8 })
	s.gets(syscall.SIGTERM)
	s.endsWith(0)
}

func TestOneThatIsNotTheFirstProcessAdoptsOrphansAndWaitsForThem(t *testing.T) {
	t.Parallel()
	needs(t, "perl")
	s := beside(t, ours, "sh", "-c", "("+work("daemon", "TERM", 300, 0)+" &); "+work("worker", "TERM", 0, 4))
	s.sees("worker ready", "daemon ready")
	s.only(s.init, "the daemon, adopted", func(p proc.Process) bool { return p.Name == "perl" })
	s.gets(syscall.SIGTERM)
	s.endsWith(4)
	s.has("daemon drained")
}

// A daemon beside the worker may be a worker, too.
func TestTheProgramsOfADaemonBesideTheWorkerAreToldWhenTheDaemonHasEnded(t *testing.T) {
	t.Parallel()
	job := filepath.Join(t.TempDir(), "job.pl")
	const text = `$SIG{TERM} = sub { syswrite STDOUT, "job got TERM\n"; exit }; syswrite STDOUT, "job ready\n"; sleep 1 while 1`
	if err := os.WriteFile(job, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	daemon := "(perl -e 'fork or exec qw(perl " + job + "); " + worker + "' daemon TERM 500 0 &); "
	s := asFirst(t, ours, "sh", "-c", daemon+"exec "+work("worker", "TERM", 100, 3))
	s.sees("worker ready", "daemon ready", "job ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(3)
	said := s.says()
	if drained, told := strings.Index(said, "daemon drained"), strings.Index(said, "job got TERM"); drained < 0 || told < drained {
		t.Errorf("the daemon drained at %d, its program was told at %d", drained, told)
	}
}

func TestAStopThatIsARewrittenSignalIsAStop(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "-r", "QUIT:TERM", "sh", "-c", work("migrate", "TERM", 100, 0)+"; "+work("worker", "TERM", 0, 0)+"; exit 9")
	s.sees("migrate ready")
	s.gets(syscall.SIGQUIT)
	s.sees("migrate drained", "worker got TERM") // a late one
	s.endsWith(9)
}
