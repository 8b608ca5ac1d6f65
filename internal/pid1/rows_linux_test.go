package pid1_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A contender is one of the inits that are compared.
type contender struct {
	*testing.T
	name string
	file string
}

// answer is what a program that soon ends has said, and its exit code.
func (c contender) answer(vars []string, args ...string) (code int, out, errs string) {
	c.Helper()
	needsSpaces(c.T)
	return c.answerOf(vars, append([]string{"unshare", "-pf", "--mount-proc", "--kill-child", c.file}, args...)...)
}

func (c contender) answerOf(vars []string, words ...string) (code int, out, errs string) {
	c.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	cmd.Env = append(os.Environ(), vars...)
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		c.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// where says on which stream something was said, and the exit code.
func (c contender) where(args ...string) string {
	code, out, errs := c.answer(nil, args...)
	switch {
	case out != "":
		return "stdout, " + strconv.Itoa(code)
	case errs != "":
		return "stderr, " + strconv.Itoa(code)
	}
	return "silent, " + strconv.Itoa(code)
}

// code is the exit code only.
func (c contender) code(args ...string) string {
	code, _, _ := c.answer(nil, args...)
	return strconv.Itoa(code)
}

// refuses says whether a flag is none of its own.
func (c contender) refuses(flags ...string) bool {
	code, _, _ := c.answer(nil, append(flags, "--", "true")...)
	return code == 1
}

const noFlag = "no such flag"

// worker starts a worker, with flags of the init, and waits for it.
func (c contender) worker(flags []string, catches string, drain, code int) *space {
	c.Helper()
	s := asFirst(c.T, slices.Concat([]string{c.file}, flags, []string{"--"}, workWords("worker", catches, drain, code))...)
	s.sees("worker ready")
	return s
}

// hearsAll waits until ours hears the signals too that it begins to hear when its command has
// been started: what the first process of a namespace does not hear is lost.
func (s *space) hearsAll() {
	s.t.Helper()
	s.until("it hears all signals", func() bool {
		does, err := proc.ReadSignals(s.init)
		return err == nil && does.Caught.Has(64)
	})
}

// passes sends a signal and says whether the worker got it, or only some others that were
// sent later. One of those may overtake it: an init has several threads.
func (s *space) passes(sig syscall.Signal, name string) bool {
	s.t.Helper()
	s.gets(sig)
	return s.arrives(name)
}

// arrives says whether the worker gets what was sent before, rather than only what is sent now.
func (s *space) arrives(name string) bool {
	s.t.Helper()
	for range 5 {
		before := strings.Count(s.says(), "worker got RTMAX\n")
		s.gets(64)
		s.until("the last signal", func() bool { return strings.Count(s.says(), "worker got RTMAX\n") > before })
		if strings.Contains(s.says(), "worker got "+name+"\n") {
			return true
		}
	}
	return false
}

// rows are the cases in which tini and dumb-init are compared with ours, by their number
// in docs/init.md; each says in few words what came of it.
var rows = map[int]func(contender) string{
	1: func(c contender) string { return c.where() },
	2: func(c contender) string { return "`--version` " + c.where("--version") + "; `-V` " + c.where("-V") },
	3: func(c contender) string { return "`-h` " + c.where("-h") + "; `-l` " + c.where("-l") },
	4: func(c contender) string { return c.where("-X", "true") },
	5: func(c contender) string { return c.code("sh", "-c", "exit 4") },
	6: func(c contender) string { return c.code("no-such-command") + ", " + c.code("/etc/passwd") },
	7: func(c contender) string { return c.code("--", "sh", "-c", "exit 5") },
	8: func(c contender) string { return c.code("--", "sh", "-c", "kill -9 $$") },
	9: func(c contender) string {
		if c.refuses("-e", "1") {
			return noFlag
		}
		return c.code("-e", "1", "-e", "137", "--", "sh", "-c", "kill -9 $$") + "; 256 is refused: " + c.code("-e", "256", "--", "true")
	},
	10: parentDeath,
	11: func(c contender) string {
		said := c.adopts(nil)
		if c.refuses("-s") {
			return said
		}
		return said + "; with `-s` " + c.adopts([]string{"-s"}) + "; with `TINI_SUBREAPER` " + c.adopts(nil, "TINI_SUBREAPER=")
	},
	12: func(c contender) string {
		_, out, errs := c.answerOf(nil, c.file, "--", "true")
		if out+errs == "" {
			return "silent"
		}
		return "a warning"
	},
	13: groups,
	14: func(c contender) string {
		said := c.place()
		if c.refuses("-c") {
			return said
		}
		return said + "; with `-c` " + c.place("-c")
	},
	15: func(c contender) string {
		return c.passing([]string{"HUP", "INT", "QUIT", "USR1", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CONT", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "RTMIN", "NUM40"})
	},
	16: faults,
	17: func(c contender) string { return c.halting(syscall.SIGTTIN, "TTIN") },
	18: func(c contender) string { return c.halting(syscall.SIGTSTP, "TSTP") },
	19: continuing,
	20: rewrites,
	21: func(c contender) string {
		dir := c.TempDir()
		s := startWith(c.T, env("TASUKI_LINGER=0"), c.file, "--", "sh", "-c", work("worker", "TERM,RTMAX", 100, 0)+" & echo $! > "+dir+"/pid; while [ ! -e "+dir+"/go ]; do sleep 0.02; done; exit 3")
		return c.leaving(s, dir)
	},
	22: func(c contender) string {
		dir := c.TempDir()
		s := asFirstWith(c.T, env("TASUKI_LINGER=0"), c.file, "--", "sh", "-c", work("worker", "TERM", 100, 0)+" & while [ ! -e "+dir+"/go ]; do sleep 0.02; done; exit 3")
		return c.leaving(s, dir)
	},
	23: func(c contender) string {
		s := asFirst(c.T, c.file, "--", "sh", "-c", "for i in 1 2 3 4 5; do (true &); done; "+work("worker", "USR1", 0, 0)+"; true")
		s.sees("worker ready")
		s.until("no zombies", func() bool {
			all, _ := proc.All()
			return !slices.ContainsFunc(proc.Descendants(all, s.init), proc.Process.Ended)
		})
		return "reaped"
	},
	24: func(c contender) string {
		if c.refuses("-w") {
			return noFlag
		}
		_, _, errs := c.answer(nil, "-w", "--", "sh", "-c", "(true &); sleep 0.1; sleep 0.1")
		if strings.Contains(errs, "Reaped zombie process with pid=") {
			return "named"
		}
		return "silent"
	},
	25: func(c contender) string {
		vars := map[string]string{"dumb-init": "DUMB_INIT_DEBUG=1"}[c.name]
		if vars == "" {
			vars = "TINI_VERBOSITY=3"
		}
		_, out, errs := c.answer([]string{vars}, "--", "true")
		return "`-v` " + c.where("-v", "--", "true") + "; by variable " + map[bool]string{true: "stdout", false: "stderr"}[out != "" && errs == ""]
	},
	26: inherited,
	27: func(c contender) string {
		s := asFirstWith(c.T, func(cmd *exec.Cmd) { cmd.Dir = "/usr" }, with([]string{c.file, "--"}, workWords("worker", "TERM", 0, 0)...)...)
		s.sees("worker ready")
		own, _ := os.Readlink("/proc/" + strconv.Itoa(s.init) + "/cwd")
		child, _ := os.Readlink("/proc/" + strconv.Itoa(s.only(s.init, "the worker", any).PID) + "/cwd")
		return map[bool]string{true: "kept", false: own}[own == "/usr"] + "; the command's " + map[bool]string{true: "kept", false: child}[child == "/usr"]
	},
	28: leftGroup,
	29: func(c contender) string {
		s := asFirst(c.T, with([]string{"setpriv", "--bounding-set=-kill", "--inh-caps=-all", c.file, "--", "setpriv", "--reuid=65534", "--clear-groups"}, workWords("worker", "TERM,USR1", 0, 6)...)...)
		s.sees("worker ready")
		worker := s.only(s.init, "the worker", any).PID
		s.gets(syscall.SIGUSR1)
		if c.name == "tini" {
			return "ends with " + strconv.Itoa(s.ends())
		}
		said := "goes on"
		if c.name == "ours" {
			s.sees("not allowed")
			said += ", with a warning"
		}
		syscall.Kill(worker, syscall.SIGTERM)
		s.ends()
		return said
	},
	30: terminal,
	31: func(c contender) string {
		s := c.worker(nil, "TERM", 0, 6)
		worker := s.only(s.init, "the worker", any).PID
		syscall.Kill(worker, syscall.SIGSTOP)
		s.until("it stands", func() bool { return s.state(worker) == 'T' })
		s.gets(syscall.SIGTERM)
		syscall.Kill(worker, syscall.SIGCONT)
		return "not noticed; ends with " + strconv.Itoa(s.ends())
	},
	32: func(c contender) string {
		_, out, _ := c.answer([]string{"TINI_SUBREAPER=", "DUMB_INIT_SETSID=1"}, "--", "env")
		return map[bool]string{true: "kept", false: "changed"}[strings.Contains(out, "TINI_SUBREAPER=\n") && strings.Contains(out, "DUMB_INIT_SETSID=1\n")]
	},
	33: func(c contender) string {
		s := c.worker(nil, "TERM,RTMAX", -1, 0)
		s.passes(syscall.SIGTERM, "TERM")
		s.passes(syscall.SIGTERM, "TERM")
		return strconv.Itoa(strings.Count(s.says(), "worker got TERM\n")) + " of 2"
	},
	34: func(c contender) string {
		s := asFirstWith(c.T, env("TASUKI_GRACE=1"), with([]string{c.file, "--"}, workWords("worker", "TERM", 1500, 6)...)...)
		s.sees("worker ready")
		s.gets(syscall.SIGTERM)
		if s.ends() == 137 {
			return "SIGKILL before the grace is over, if it is known"
		}
		return "none"
	},
}
