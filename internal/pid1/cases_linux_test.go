package pid1_test

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// parentDeath is the case of -p.
func parentDeath(c contender) string {
	if c.refuses("-p", "SIGUSR1") {
		return noFlag
	}
	s := beside(c.T, "sh", "-c", c.file+" -s -p SIGUSR1 -- "+work("worker", "USR1", 0, 0)+" & wait")
	s.sees("worker ready")
	init := s.only(s.cmd.Process.Pid, "the init", any).PID
	c.killAtEnd(init)
	s.cmd.Process.Kill()
	s.sees("worker got USR1")
	return "passed on; without SIG " + map[bool]string{true: "refused", false: "too"}[c.refuses("-p", "USR1")]
}

// killAtEnd ends an init that lost its parent, and what is below it.
func (c contender) killAtEnd(init int) {
	all, err := proc.All()
	if err != nil {
		c.Fatal(err)
	}
	below := proc.Descendants(all, init)
	c.Cleanup(func() {
		for _, p := range slices.Concat([]proc.Process{{PID: init}}, below) {
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
	})
}

// adopts says whether an init that is not the first process gets orphans.
func (c contender) adopts(flags []string, vars ...string) string {
	c.Helper()
	s := startWith(c.T, env(vars...), slices.Concat([]string{c.file}, flags, []string{"--", "sh", "-c", "(" + work("orphan", "TERM", 0, 0) + " & echo pid=$!=); " + work("worker", "TERM", 0, 0)})...)
	s.sees("worker ready", "orphan ready")
	_, text, _ := strings.Cut(s.says(), "pid=")
	text, _, _ = strings.Cut(text, "=")
	pid, err := strconv.Atoi(text)
	if err != nil {
		c.Fatal(err)
	}
	c.killAtEnd(s.init)
	c.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	orphan, err := proc.Read(pid)
	if err != nil {
		c.Fatal(err)
	}
	return map[bool]string{true: "adopts", false: "does not adopt"}[orphan.Parent == s.init]
}

// groups is who gets SIGUSR1: the command is a shell with a trap, a worker below it
// catches it, too.
func groups(c contender) string {
	said := ""
	for _, with := range []struct {
		name  string
		flags []string
		env   string
	}{{"", nil, "X=1"}, {"`-g`", []string{"-g"}, "X=1"}, {"`TINI_KILL_PROCESS_GROUP`", nil, "TINI_KILL_PROCESS_GROUP="}, {"`-c`", []string{"-c"}, "X=1"}, {"`DUMB_INIT_SETSID=0`", nil, "DUMB_INIT_SETSID=0"}} {
		if len(with.flags) > 0 && c.refuses(with.flags...) {
			continue
		}
		s := asFirstWith(c.T, env(with.env), slices.Concat([]string{c.file}, with.flags, []string{"--", "sh", "-c",
			"trap 'echo shell got USR1' USR1; " + work("worker", "USR1,RTMAX", -1, 0) + " & while :; do wait; done"})...)
		s.sees("worker ready")
		s.gets(syscall.SIGUSR1)
		s.sees("shell got USR1")
		who := "the command"
		if worker := s.worker(); s.caught(worker, "worker got USR1\n") {
			who = "the group"
		}
		if said += "; " + with.name + " " + who; with.name == "" {
			said = who
		}
	}
	return said
}

// worker is the pid of the worker below a shell.
func (s *space) worker() int {
	shell := s.only(s.init, "the shell", any).PID
	return s.only(shell, "the worker", func(p proc.Process) bool { return p.Name == "perl" }).PID
}

// caught says whether a worker has said something before a last signal that it gets.
func (s *space) caught(worker int, text string) bool {
	syscall.Kill(worker, 64)
	s.sees("worker got RTMAX")
	return strings.Contains(s.says(), text)
}

// place is the process group and the session of the command.
func (c contender) place(flags ...string) string {
	s := c.worker(flags, "TERM", 0, 0)
	p := s.only(s.init, "the worker", any)
	whose := map[bool]string{true: "own", false: "the init's"}
	return "group " + whose[p.Group == p.PID] + ", session " + whose[p.Session == p.PID]
}

// numbers are those of signals, as Perl calls them.
var numbers = map[string]syscall.Signal{"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
	"STKFLT": 16, "CONT": 18, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29, "PWR": 30, "SYS": 31, "RTMIN": 34, "NUM40": 40}

// passing says which signals are passed on.
func (c contender) passing(names []string) string {
	s := c.worker(nil, strings.Join(names, ",")+",RTMAX", -1, 0)
	if c.file == ours {
		s.hearsAll()
	}
	var kept []string
	for _, name := range names {
		if !s.passes(numbers[name], name) {
			kept = append(kept, name)
		}
	}
	if len(kept) == 0 {
		return "all passed on"
	}
	return "all passed on but " + strings.Join(kept, ", ")
}

// faults are signals that a processor raises, sent to an init that is not the first process.
func faults(c contender) string {
	names := []string{"ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "SYS"}
	said := map[string]int{}
	for _, name := range names {
		s := beside(c.T, with([]string{c.file, "--"}, workWords("worker", strings.Join(names, ","), -1, 0)...)...)
		s.sees("worker ready")
		c.killAtEnd(s.init)
		s.gets(numbers[name])
		s.until(name, func() bool { return strings.Contains(s.says(), "worker got "+name) || s.ended() })
		if s.ended() {
			said["the init dies"]++
		} else {
			said["passed on"]++
		}
	}
	for text, n := range said {
		if n == len(names) {
			return text
		}
	}
	return "some"
}

// ended says whether the init is a zombie or gone.
func (s *space) ended() bool {
	p, err := proc.Read(s.init)
	return err != nil || p.Ended()
}

// halting says what becomes of a signal that stops by default.
func (c contender) halting(sig syscall.Signal, name string) string {
	said := c.haltingWith(nil, sig, name)
	if c.name != "dumb-init" {
		return said
	}
	return said + "; `-c` " + c.haltingWith([]string{"-c"}, sig, name)
}

func (c contender) haltingWith(flags []string, sig syscall.Signal, name string) string {
	s := c.worker(flags, name+",RTMAX", -1, 0)
	worker := s.only(s.init, "the worker", any).PID
	if c.file == ours {
		s.hearsAll()
	}
	s.gets(sig, 64)
	s.until("something", func() bool {
		return s.state(s.init) == 'T' || s.state(worker) == 'T' || strings.Contains(s.says(), "worker got RTMAX")
	})
	said := "not passed on"
	if s.state(s.init) == 'T' {
		s.until("the worker stands too, or has it", func() bool { return s.state(worker) == 'T' || strings.Contains(s.says(), "worker got "+name) })
	}
	switch {
	case s.state(worker) == 'T':
		said = "SIGSTOP for the group"
	case strings.Contains(s.says(), "worker got "+name), s.state(s.init) != 'T' && s.arrives(name):
		said = "passed on"
	}
	if s.state(s.init) == 'T' {
		said += ", and the init stops"
	}
	return said
}

// continuing is the case of SIGCONT after SIGTSTP.
func continuing(c contender) string {
	s := c.worker(nil, "CONT,TSTP", -1, 0)
	worker := s.only(s.init, "the worker", any).PID
	s.gets(syscall.SIGTSTP)
	s.until("something", func() bool { return s.state(worker) == 'T' || strings.Contains(s.says(), "worker got TSTP") })
	s.until("CONT", func() bool { // a stop that dumb-init sends to itself takes one that waits away
		s.gets(syscall.SIGCONT)
		return strings.Contains(s.says(), "worker got CONT")
	})
	s.until("the init goes on", func() bool { return s.state(s.init) != 'T' })
	return "passed on"
}

// rewrites is the case of -r.
func rewrites(c contender) string {
	if c.refuses("-r", "15:3") {
		return noFlag
	}
	s := c.worker([]string{"-r", "15:3", "-r", "1:0"}, "HUP,QUIT,TERM,RTMAX", -1, 0)
	said := "15:3 " + map[bool]string{true: "sends QUIT", false: "does nothing"}[s.passes(syscall.SIGTERM, "QUIT")]
	said += "; 1:0 " + map[bool]string{true: "sends HUP", false: "drops it"}[s.passes(syscall.SIGHUP, "HUP")]
	for _, pair := range []string{"TERM:QUIT", "15:3:9"} {
		said += "; " + pair + " " + map[bool]string{true: "refused", false: "taken"}[c.refuses("-r", pair)]
	}
	return said
}

// leaving is what becomes of a worker whose parent, the command, ends.
func (c contender) leaving(s *space, dir string) string {
	s.sees("worker ready")
	if text, err := os.ReadFile(dir + "/pid"); err == nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			c.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
			c.killAtEnd(s.init)
		}
	}
	if err := os.WriteFile(dir+"/go", nil, 0o644); err != nil {
		c.Fatal(err)
	}
	s.until("the init's end", s.ended)
	waited := strings.Contains(s.says(), "worker drained")
	if text, err := os.ReadFile(dir + "/pid"); err == nil && !waited {
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		syscall.Kill(pid, 64)
		s.until("the worker's last word", func() bool { return strings.Contains(s.says(), "worker got RTMAX") || s.state(pid) == 0 })
		if strings.Contains(s.says(), "worker got TERM") {
			return "SIGTERM, not waited for"
		}
		return "nothing"
	}
	return map[bool]string{true: "drains, and is waited for", false: "killed"}[waited]
}

// inherited is what a command finds ignored and blocked.
func inherited(c contender) string {
	const block = `use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1)); $SIG{INT} = $SIG{HUP} = 'IGNORE'; exec @ARGV`
	_, out, _ := c.answerOf(nil, "perl", "-e", block, c.file, "--", "cat", "/proc/self/status")
	said := ""
	for _, field := range []struct{ name, word string }{{"SigIgn:\t", "ignored"}, {"SigBlk:\t", "blocked"}} {
		_, text, _ := strings.Cut(out, field.name)
		text, _, _ = strings.Cut(text, "\n")
		mask, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			c.Fatal(err)
		}
		said += field.word
		for _, sig := range []string{"HUP", "INT", "USR1"} {
			if mask&(1<<(numbers[sig]-1)) != 0 {
				said += " " + sig
			}
		}
		said += "; "
	}
	return strings.NewReplacer("ignored;", "ignored nothing;", "blocked;", "blocked nothing;").Replace(strings.TrimSuffix(said, " "))
}

// leftGroup is a command that has left its process group: nobody gets what is sent to that.
func leftGroup(c contender) string {
	if c.refuses("-g") {
		return "cannot be: it leads a session"
	}
	s := asFirst(c.T, with([]string{"setsid", c.file, "-g", "--", "perl", "-e", `setpgrp(0, getpgrp(getppid)) or die $!; exec @ARGV`}, workWords("worker", "USR1,RTMAX", -1, 0)...)...)
	s.sees("worker ready")
	s.gets(syscall.SIGUSR1)
	s.until("a word or the signal", func() bool {
		return strings.Contains(s.says(), "Child was dead when forwarding signal") || strings.Contains(s.says(), "worker got USR1")
	})
	if strings.Contains(s.says(), "worker got USR1") {
		return "the command gets it"
	}
	return "a warning"
}

// terminal is the case of an init that leads the session of a terminal.
func terminal(c contender) string {
	needs(c.T, "script")
	s := startWith(c.T, func(cmd *exec.Cmd) { cmd.Stdin = nil }, "script", "-qec", "exec "+c.file+" -- "+work("worker", "HUP,CONT,INT,TERM,RTMAX", 0, 0), "/dev/null")
	s.sees("worker ready")
	s.init = s.only(s.cmd.Process.Pid, "the init", any).PID
	c.killAtEnd(s.init)
	s.gets(64)
	s.sees("worker got RTMAX")
	if strings.Contains(s.says(), "worker got HUP") || strings.Contains(s.says(), "worker got CONT") {
		return "the command gets them"
	}
	return "the command gets none"
}

// TestOurTableOfTiniAndDumbInitIsTrue runs each case behind all three, and compares what comes
// of it with docs/init.md.
func TestOurTableOfTiniAndDumbInitIsTrue(t *testing.T) {
	needs(t, tini, dumbInit, "setpriv", "perl", "unshare", "script")
	table := readTable(t)
	got := make([][3]string, len(rows)+1)
	t.Run("case", func(t *testing.T) {
		for n := range got[1:] {
			for i, file := range []string{tini, dumbInit, ours} {
				name := []string{"tini", "dumb-init", "ours"}[i]
				t.Run(strconv.Itoa(n+1)+" "+name, func(t *testing.T) {
					t.Parallel()
					got[n+1][i] = rows[n+1](contender{t, name, file})
				})
			}
		}
	})
	for n := range got[1:] {
		table.check(t, n+1, got[n+1])
	}
	table.write(t)
}
