package pid1_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestAWorkerBehindAShellGetsItsWholeGraceAndBehindOtherInitsNone(t *testing.T) {
	for name, init := range map[string][]string{"tini": {tini, "--"}, "dumb-init": {dumbInit, "--"}, "ours": {ours, "--"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, init[0])
			s := asFirst(t, with(init, "sh", "-c", work("worker", "TERM", 400, 0)+"; true")...)
			s.sees("worker ready")
			s.gets(syscall.SIGTERM)
			code := s.ends()
			if drained := strings.Contains(s.says(), "worker drained"); drained != (name == "ours") {
				t.Errorf("the worker drained: %v, exit code %d", drained, code)
			}
		})
	}
}

func TestTheProgramsOfAJobGetNoSignal(t *testing.T) {
	t.Parallel()
	job := "$SIG{TERM} = sub { print qq(job got ), qq(TERM\\n); exit 1 }; $| = 1; print qq(job ready\\n); sleep 1 while -e q(" + t.TempDir() + "); "
	s := asFirst(t, ours, "-vv", "sh", "-c", `perl -e '`+job+`' & `+"exec "+work("worker", "TERM", 300, 4))
	s.sees("worker ready", "job ready")
	s.gets(syscall.SIGTERM)
	s.sees("worker drained", "the command has ended with 4; waiting for: perl")
	s.lacks("job got TERM")
}

func TestAPipeBehindTheWorkerGetsNoSignal(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", work("worker", "TERM", 300, 0)+" | tee /dev/null | cat")
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(0)
	s.has("worker got TERM", "worker drained")
}

func TestAllWorkersOfAShellGetTheSignal(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", work("one", "TERM", 100, 0)+" & "+work("two", "TERM", 300, 0)+" & wait; true")
	s.sees("one ready", "two ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(0)
	s.has("one drained", "two drained")
}

func TestAShellWithATrapGetsTheSignalAndNotItsWorker(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "trap 'echo trapped; kill -s USR1 $p' TERM; "+work("worker", "TERM,USR1", 0, 0)+" & p=$!; wait $p; wait $p")
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.sees("trapped", "worker got USR1")
	s.lacks("worker got TERM")
}

func TestSuIsPassedBy(t *testing.T) {
	t.Parallel()
	needs(t, "su")
	s := asFirst(t, ours, "su", "-s", "/bin/sh", "-c", work("worker", "TERM", 300, 6), "root")
	s.sees("worker ready", "su (pid", "stands between this init and perl")
	s.gets(syscall.SIGTERM)
	s.endsWith(6)
	s.has("worker drained")
	s.lacks("Session terminated")
}

// killer calls itself as npm does, catches SIGTERM, kills what it started, and ends.
const killer = `$0 = "npm start"; my $p; $SIG{TERM} = sub { print "npm got TERM\n"; kill KILL => $p if $p; exit 1 };
$p = fork // die; if (!$p) { $SIG{TERM} = "DEFAULT"; exec @ARGV or die } waitpid $p, 0; exit $? >> 8`

func TestNpmIsPassedByAndNamed(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours, "perl", "-e", killer, "sh", "-c"}, work("worker", "TERM", 300, 5)+"; exit $?")...)
	s.sees("worker ready", "npm start (pid", "stands between this init and perl")
	s.gets(syscall.SIGTERM)
	s.endsWith(5)
	s.has("worker drained")
	s.lacks("npm got TERM")
}

// Each program in Go has a handler for all signals, and ends on the spot if it asked for none.
const deaf = `my $p; $SIG{TERM} = sub { $SIG{TERM} = "DEFAULT"; kill TERM => $$ };
$p = fork // die; if (!$p) { $SIG{TERM} = "DEFAULT"; exec @ARGV or die } waitpid $p, 0; exit $? >> 8`

func TestAWorkerBehindAProgramThatDiesOfTheSignalGetsItThen(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours, "perl", "-e", deaf}, workWords("worker", "TERM", 300, 5)...)...)
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	s.has("worker got TERM", "worker drained")
}

func TestAWorkerThatIsToldWhenTheCommandHasEndedHasNoLimitButTheGrace(t *testing.T) {
	for name, command := range map[string][]string{"behind who dies of the signal": {"perl", "-e", deaf, "--"}, "-c and a shell": {"-c", "sh", "-c", `"$@"; true`, "sh"},
		"by INT, which it does not catch": {"perl", "-e", strings.ReplaceAll(deaf, "TERM", "INT"), "--"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asFirst(t, with(with([]string{ours}, command...), workWords("worker", "TERM", 10500, 5)...)...)
			s.sees("worker ready")
			if strings.HasPrefix(name, "by INT") {
				s.gets(syscall.SIGINT)
				s.endsWith(130)
			} else {
				s.gets(syscall.SIGTERM)
				s.endsWith(143)
			}
			s.has("worker got TERM", "worker drained")
			s.lacks("SIGKILL")
		})
	}
}

func TestNpmGetsTheSignalIfNobodyBelowCatchesIt(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "perl", "-e", killer, "sh", "-c", "echo ready; sleep 1000; true")
	s.sees("ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(1)
	s.has("npm got TERM")
}

func TestAWorkerBehindAnotherInitAndAShellGetsItsWholeGrace(t *testing.T) {
	for _, inner := range [][]string{{tini, "-s", "--"}, {dumbInit}} {
		t.Run(inner[0], func(t *testing.T) {
			t.Parallel()
			needs(t, inner[0])
			s := asFirst(t, with(with([]string{ours}, inner...), "sh", "-c", work("worker", "TERM", 300, 0)+"; true")...)
			s.sees("worker ready")
			s.gets(syscall.SIGTERM)
			s.endsWith(0)
			s.has("worker drained")
		})
	}
}

func TestAnotherInitGetsTheSignalIfNobodyBelowCatchesIt(t *testing.T) {
	t.Parallel()
	needs(t, tini)
	s := asFirst(t, ours, "-vv", tini, "-s", "-v", "--", "sh", "-c", "echo ready; sleep 1000; true")
	s.sees("ready\n")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	s.has("exited with signal (with signal 'Terminated')") // tini has passed it on
}

func TestSignalsOfQuietAndDumpReachTheWorkerBehindAShell(t *testing.T) {
	t.Parallel()
	names := map[syscall.Signal]string{syscall.SIGTSTP: "TSTP", syscall.SIGCONT: "CONT", syscall.SIGTTIN: "TTIN", syscall.SIGTTOU: "TTOU", syscall.SIGUSR1: "USR1",
		syscall.SIGUSR2: "USR2", syscall.SIGHUP: "HUP", syscall.SIGWINCH: "WINCH", syscall.SIGQUIT: "QUIT", syscall.SIGINT: "INT"}
	all := make([]string, 0, len(names))
	for _, name := range names {
		all = append(all, name)
	}
	s := asFirst(t, ours, "sh", "-c", work("worker", strings.Join(all, ","), -1, 0)+"; true")
	s.sees("worker ready")
	for sig, name := range names {
		s.gets(sig)
		s.sees("worker got " + name + "\n")
	}
}

func TestWhoIsStoppedByDefaultIsWokenByCONT(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "echo ready; while read -r line; do echo $line; done < /dev/zero & wait; true")
	s.sees("ready")
	main := s.only(s.init, "the shell", any)
	for _, step := range []struct {
		sig   syscall.Signal
		state string
	}{{syscall.SIGTSTP, "T"}, {syscall.SIGCONT, "SR"}} {
		s.gets(step.sig)
		s.until("state "+step.state, func() bool { return strings.ContainsRune(step.state, rune(s.state(main.PID))) })
	}
}

func TestTheWholeGroupOrTheCommandAloneGetsTheSignalWhereThatIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		flag, env     string
		shell, worker bool
	}{{"-g", "", true, true}, {"-c", "", true, false}, {"--single-child", "", true, false}, {"-s", "TINI_KILL_PROCESS_GROUP=", true, true}, {"-s", "DUMB_INIT_SETSID=0", true, false}} {
		t.Run(c.flag+c.env, func(t *testing.T) {
			t.Parallel()
			s := asFirstWith(t, env(c.env), ours, c.flag, "sh", "-c", "trap 'echo shell got TERM; exit 2' USR1; "+work("worker", "USR1", -1, 0)+" & wait")
			s.sees("worker ready")
			s.gets(syscall.SIGUSR1)
			s.sees("shell got TERM")
			if c.worker {
				s.sees("worker got USR1")
			} else {
				s.lacks("worker got USR1")
			}
		})
	}
}

func TestWhoIsForkedWhileTheGroupIsSignalledGetsTheSignalToo(t *testing.T) {
	const forks = `$| = 1; print "ready\n"; while (1) { my $p = fork; if (!$p) { sleep 1000; exit } last if $n++ > 1000 } sleep 1000`
	for n := range 4 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			s := asFirst(t, ours, "-g", "sh", "-c", "perl -e '"+forks+"'; true")
			s.sees("ready")
			s.gets(syscall.SIGTERM)
			if code := s.ends(); code != 143 {
				t.Errorf("exit code %d", code)
			}
			s.lacks("SIGKILL")
		})
	}
}
