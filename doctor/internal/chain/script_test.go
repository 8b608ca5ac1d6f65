//go:build unix

package chain_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A scriptCase is an entry script as they are written, started with "worker -t 5" behind it.
type scriptCase struct {
	name, script string
	want         chain.Trap
}

const lib = "prepare() {\n  return 0\n}\nrun() {\n  exec \"$@\"\n}\nrun_badly() {\n  \"$@\"\n}\n"

var scriptCases = []scriptCase{
	{"exec the arguments", `exec "$@"`, chain.None},
	{"exec with braces", `exec "${@}"`, chain.None},
	{"exec without quotes", `exec $@`, chain.None},
	{"exec with a redirection", `exec "$@" 2>&1`, chain.None},
	{"exec by name", `exec worker -t 5`, chain.None},
	{"without exec", `"$@"`, chain.NotExec},
	{"without exec, all in one", `$*`, chain.NotExec},
	{"without exec, by name", "set -e\nworker -t 5", chain.NotExec},
	{"something follows", "\"$@\"\necho over", chain.NotExec},
	{"a variable in front", `FOO=1 "$@"`, chain.NotExec},
	{"a variable in front of exec", `FOO=1 exec "$@"`, chain.None},
	{"the Rails entry point", "if [ \"${1}\" = \"./bin/rails\" ] && [ \"${2}\" = \"server\" ]; then\n  false\nfi\n\nexec \"${@}\"", chain.None},
	{"the Rails entry point without exec", "if [ \"${1}\" = \"./bin/rails\" ] && [ \"${2}\" = \"server\" ]; then\n  exec \"$@\"\nfi\n\n\"${@}\"", chain.NotExec},
	{"flags become a command's", "if [ \"${1#-}\" != \"$1\" ]; then\n  set -- worker \"$@\"\nfi\nexec \"$@\"", chain.None},
	{"another user, where it is root", "if [ \"$1\" = 'server' ] && [ \"$(id -u)\" = '0' ]; then\n  exec gosu app \"$0\" \"$@\"\nfi\nexec \"$@\"", chain.None},
	{"a case by the first argument", "case \"$1\" in\n  web) exec sleep 9 ;;\n  worker) shift; exec worker \"$@\" ;;\n  *) exec \"$@\" ;;\nesac", chain.None},
	{"a case that forgets exec", "case \"$1\" in\n  web) exec sleep 9 ;;\n  worker) shift; worker \"$@\" ;;\n  *) exec \"$@\" ;;\nesac", chain.NotExec},
	{"a case with patterns", "case \"$1\" in\n  s*|w?rk*) exec \"$@\" ;;\n  *) \"$@\" ;;\nesac", chain.None},
	{"a case that falls through", "case \"$1\" in\n  web) echo web ;;\nesac\n\"$@\"", chain.NotExec},
	{"main with the arguments", "main() {\n  echo start\n  exec \"$@\"\n}\nmain \"$@\"", chain.None},
	{"main without exec", "main() {\n  echo start\n  \"$@\"\n}\nmain \"$@\"", chain.NotExec},
	{"a function that returns", "ready() {\n  if true; then\n    return 0\n  fi\n  return 1\n}\nready\n\"$@\"", chain.NotExec},
	{"functions of another file", ". ./lib.sh\nprepare\nrun \"$@\"", chain.None},
	{"functions of another file without exec", ". ./lib.sh\nprepare\nrun_badly \"$@\"", chain.NotExec},
	{"another script", `exec ./inner.sh "$@"`, chain.NotExec},
	{"another script, found by this one's folder", "cd \"$(dirname \"$0\")\"\n./good.sh \"$@\"", chain.NotExec},
	{"a good script, by exec", `exec ./good.sh "$@"`, chain.None},
	{"new arguments", "set -- worker -t 9\nexec \"$@\"", chain.None},
	{"a function by a name that is made", "do_worker() {\n  shift\n  worker \"$@\"\n}\nword=do_$1\n$word \"$@\"", chain.NotExec},
	{"a string evaluated", "CMD='exec worker -t 5'\neval \"$CMD\"", chain.None},
	{"a string evaluated without exec", "CMD='worker -t 5'\neval \"$CMD\"", chain.NotExec},
	{"a variable as the command", "CMD='worker -t 5'\nexec $CMD", chain.None},
	{"a variable as the command, without exec", "CMD='worker -t 5'\n$CMD", chain.NotExec},
	{"a default", `exec ${WORKER_COMMAND:-worker -t 5}`, chain.None},
	{"no arguments are many", "if [ $# -eq 0 ]; then\n  exec sleep 9\nfi\nexec \"$@\"", chain.None},
	{"a test in front", `[ -n "$1" ] && exec "$@"`, chain.None},
	{"a test in front of what is not reached", "[ -z \"$1\" ] && exec sleep 9\n\"$@\"", chain.NotExec},
	{"or else", `[ -z "$1" ] || exec "$@"`, chain.None},
	{"a pipeline", `"$@" | cat`, chain.Pipe},
	{"a pipeline with exec", `exec "$@" | cat`, chain.Pipe},
	{"output sent away first", "exec 2>&1\nexec \"$@\"", chain.None},
	{"parentheses", `(exec "$@")`, chain.NotExec},
	{"a loop", "while true; do\n  \"$@\"\ndone", chain.NotExec},
	{"a trap and the foreground", "trap 'echo stopping' TERM\n\"$@\"", chain.TrapForeground},
	{"a trap and exec", "trap 'echo stopping' TERM\nexec \"$@\"", chain.None},
	{"a trap for the end", "trap 'echo over' EXIT\n\"$@\"", chain.TrapForeground},
	{"a trap taken back", "trap 'echo stopping' TERM\ntrap - TERM\n\"$@\"", chain.NotExec},
	{"background and one wait", "\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM\nwait $pid", chain.WaitOnce},
	{"background and two waits", "\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM INT\nwait $pid\nwait $pid", chain.None},
	{"background and two waits, of which the first is fatal", "set -e\n\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM INT\nwait $pid\nwait $pid", chain.WaitOnce},
	{"a trap taken back between two waits", "trap 'kill -TERM $pid' TERM INT\n\"$@\" &\npid=$!\nwait $pid\ntrap - TERM INT\nwait $pid\nexit $?", chain.None},
	{"a trap that comes behind the wait", "\"$@\" &\npid=$!\nwait $pid\ntrap 'kill -TERM $pid' TERM\nwait $pid", chain.Background},
	{"background and a loop", "\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM\nwhile kill -0 $pid 2>/dev/null; do\n  wait $pid\ndone", chain.None},
	{"background and a loop under set -e", "set -e\n\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM\nwhile kill -0 $pid 2>/dev/null; do\n  wait $pid\ndone", chain.WaitOnce},
	{"background and a guarded loop under set -e", "set -e\n\"$@\" &\npid=$!\ntrap 'kill -TERM $pid' TERM\nwhile kill -0 $pid 2>/dev/null; do\n  wait $pid || true\ndone", chain.None},
	{"the trap waits", "\"$@\" &\npid=$!\ntrap 'kill -TERM $pid; wait $pid' TERM\nwait $pid", chain.None},
	{"a function waits", "stop() {\n  kill -TERM \"$pid\"\n  wait \"$pid\"\n}\ntrap stop TERM\n\"$@\" &\npid=$!\nwait $pid", chain.None},
	{"a function does not wait", "stop() {\n  kill -TERM \"$pid\"\n  exit 0\n}\ntrap stop TERM\n\"$@\" &\npid=$!\nwait $pid", chain.TrapExits},
	{"the trap only ends the script", "trap 'exit 0' TERM\n\"$@\" &\nwait $!", chain.TrapExits},
	{"background, trap and a program in front", "\"$@\" &\ntrap 'kill $!' TERM\nsleep 3", chain.TrapForeground},
	{"background and a wait, no trap", "\"$@\" &\nwait", chain.Background},
	{"background and something in front", "\"$@\" &\nsleep 3", chain.Background},
	{"a trap that wants none to hear", "trap '' TERM\n\"$@\" &\nwait", chain.Background},
	{"xargs", `echo -t 5 | xargs worker`, chain.Pipe},
	{"a program found by which", `exec $(which "$1") -t 5`, chain.None},
	{"a program found by command -v", `"$(command -v "$1")" -t 5`, chain.NotExec},
	{"timeout", `exec timeout 20 "$@"`, chain.None},
	{"nice and env", `exec nice -n 5 env A=1 "$@"`, chain.None},
}

var scriptFiles = map[string]string{"./lib.sh": lib, "./inner.sh": "#!/bin/sh\n\"$@\"\n", "./good.sh": "#!/bin/sh\nexec \"$@\"\n"}

func judged(c scriptCase, shebang string) *chain.Chain {
	files := map[string]string{"entry.sh": shebang + "\n" + c.script + "\n"}
	for name, content := range scriptFiles {
		files[name] = content
	}
	in := place(deploy.Dash, files, nil)
	find := in.Script
	in.Script = func(name string) (deploy.Text, bool) {
		if name = "./" + strings.TrimPrefix(filepath.Clean(name), "./"); name == "./entry.sh" {
			name = "entry.sh"
		}
		return find(name)
	}
	return chain.Follow(words("entry.sh", "worker", "-t", "5"), in)
}

func TestAnEntryScriptIsJudgedByWhatItDoesToTheSignal(t *testing.T) {
	for _, c := range scriptCases {
		t.Run(c.name, func(t *testing.T) {
			got := judged(c, "#!/bin/sh")
			if got.Worker == nil {
				t.Fatalf("the worker was not found: %+v", got)
			}
			trap := chain.None
			if _, l := got.Trapped(); l != nil {
				trap = l.Trap
			}
			if trap != c.want {
				t.Errorf("judged %q, want %q: %+v", trap, c.want, got.Links)
			}
		})
	}
}

// TestRealShellsDoWhatTheScriptsAreJudgedBy runs each of the scripts, sends it the stop signal,
// and looks whether its worker had ended by itself when the script was over: the kernel
// kills what is left then.
func TestRealShellsDoWhatTheScriptsAreJudgedBy(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("worker", "#!/bin/sh\ntrap 'echo got >>$LOG; sleep 0.2; echo ended >>$LOG; exit 0' TERM\necho up >>$LOG\nwhile :; do sleep 0.02; done\n")
	for name, content := range scriptFiles {
		write(name, content)
	}
	for _, shell := range []string{"dash", "bash", "busybox sh"} {
		argv := strings.Fields(shell)
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(argv[0]); err != nil {
				t.Skip(err)
			}
			room := make(chan bool, 12)
			var wg sync.WaitGroup
			defer wg.Wait()
			for i, c := range scriptCases {
				name := strings.ReplaceAll(shell, " ", "-") + itoa(i)
				write(name+".sh", c.script+"\n")
				wg.Go(func() {
					room <- true
					defer func() { <-room }()
					want, drained := c.want == chain.None, false
					for try := range 3 { // on a busy machine the signal may come before the script has set its trap
						if drained = drains(t, dir, name+"-"+itoa(try), append(slices.Clone(argv), filepath.Join(dir, name+".sh"))); drained == want {
							break
						}
					}
					if drained != want {
						t.Errorf("%s: the worker has ended by itself: %v, judged %q", c.name, drained, c.want)
					}
				})
			}
		})
	}
}

func drains(t *testing.T, dir, name string, argv []string) bool {
	log := filepath.Join(dir, name+".log")
	cmd := exec.Command(argv[0], append(argv[1:], "worker", "-t", "5")...)
	cmd.Dir, cmd.SysProcAttr = dir, ownGroup()
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "LOG="+log)
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return false
	}
	ended := make(chan bool)
	go func() { cmd.Wait(); close(ended) }()
	defer killGroup(cmd.Process.Pid)
	has := func(what string) bool { content, _ := os.ReadFile(log); return bytes.Contains(content, []byte(what)) }
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	settle := 20 // ticks from the worker's start to the signal: the script goes on to its wait
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && settle > 0; <-tick.C {
		if has("up") {
			settle--
		}
	}
	if !has("up") {
		t.Errorf("%s: the worker was not started", name)
		return false
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	late := time.NewTimer(1500 * time.Millisecond)
	defer late.Stop()
	select {
	case <-ended:
		return has("ended")
	case <-late.C:
		if !has("got") {
			return false // it never heard
		}
	}
	late.Reset(20 * time.Second)
	select {
	case <-ended:
		return has("ended")
	case <-late.C:
		return false
	}
}
