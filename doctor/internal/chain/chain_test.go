//go:build unix

package chain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// words are words as a file has them.
func words(line ...string) []deploy.Text {
	var all []deploy.Text
	for _, w := range line {
		all = append(all, deploy.Text{Value: w, Pos: deploy.Pos{File: "Dockerfile", Line: 1}})
	}
	return all
}

// place is one in which `worker` is a worker, with files and variables.
func place(family deploy.Family, files, env map[string]string) chain.Place {
	return chain.Place{Family: family, Known: worker.Known{Named: []string{"worker"}},
		Env: func(name string) (deploy.Text, bool) { v, ok := env[name]; return deploy.Text{Value: v}, ok },
		Script: func(name string) (deploy.Text, bool) {
			content, ok := files[name]
			return deploy.Text{Value: content, Pos: deploy.Pos{File: name, Line: 1}}, ok
		},
		NPM: func(dir, script string) (deploy.Text, bool) {
			v, ok := files[filepath.Join(dir, "package.json#"+script)]
			return deploy.Text{Value: v, Pos: deploy.Pos{File: "package.json", Line: 1}}, ok
		}}
}

// stringCases are the rows of strings that shells are given; worker is what is started.
var stringCases = []string{
	`worker`, `FOO=1 worker`, `true && worker`, `cd / && worker`, `export A=1; worker`, `set -e; worker`,
	`worker 2>&1`, `worker >/dev/null`, `worker; true`, `worker && true`, `worker || true`, `! worker`,
	`worker | cat`, `exec worker | cat`, `(worker)`, `{ worker; }`, `if true; then worker; fi`,
	`trap : TERM; worker`, `exec worker`, `exec worker 2>&1`, `cd / && exec worker`, `FOO=1 exec worker`, `(exec worker)`, `true; (exec worker)`,
	`worker & wait`, `case x in x) exec worker;; esac`, `f() { exec worker; }; f`, `eval "exec worker"`, `[ 1 = 2 ] || exec worker`, `[ 1 = 1 ] && exec worker`,
	`false || exec worker`, `exec worker & wait $!`,
}

// TestAStringIsJudgedAsEachShellTreatsIt starts each string in each shell that is here, and
// looks whether its process has become the worker.
func TestAStringIsJudgedAsEachShellTreatsIt(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "worker"), []byte("#!/bin/sh\necho $$ > \"$PIDFILE.tmp\"; mv \"$PIDFILE.tmp\" \"$PIDFILE\"; exec sleep 5\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"dash", "bash", "busybox sh", "mksh"} {
		argv := strings.Fields(shell)
		if _, err := exec.LookPath(argv[0]); err != nil {
			t.Run(shell, func(t *testing.T) { t.Skip(err) })
			continue
		}
		for _, text := range stringCases {
			t.Run(shell+" "+text, func(t *testing.T) {
				t.Parallel()
				c := chain.Follow(words(append(append([]string{}, argv...), "-c", text)...), place("", nil, nil))
				if c.Worker == nil {
					t.Fatal("the worker was not found")
				}
				_, l := c.Trapped()
				if becomes := becomes(t, bin, append(append([]string{}, argv...), "-c", text)); becomes != (l == nil) {
					t.Errorf("the shell's process becomes the worker: %v, judged %+v", becomes, l)
				}
			})
		}
	}
}

// becomes starts a command and says whether its process is the worker in the end.
func becomes(t *testing.T, bin string, argv []string) bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pid")
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "PIDFILE="+file)
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer killGroup(cmd.Process.Pid)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-tick.C {
		if content, err := os.ReadFile(file); err == nil {
			return strings.TrimSpace(string(content)) == itoa(cmd.Process.Pid)
		}
	}
	t.Fatal("the worker was not started")
	return false
}

// wayCases are commands in front of a worker: the roles of what stands there, and the trap.
var wayCases = []struct {
	command []string
	role    chain.Role
	trap    chain.Trap
}{
	{[]string{"env", "-i", "A=b", "worker"}, chain.Wrapper, chain.None},
	{[]string{"env", "-S", "A=b bundle exec worker"}, chain.Wrapper, chain.None},
	{[]string{"bundle", "exec", "worker"}, chain.Wrapper, chain.None},
	{[]string{"nice", "-n", "10", "ionice", "-c2", "-n7", "worker"}, chain.Wrapper, chain.None},
	{[]string{"gosu", "app:app", "worker"}, chain.Wrapper, chain.None},
	{[]string{"setpriv", "--reuid=app", "--", "worker"}, chain.Wrapper, chain.None},
	{[]string{"chpst", "-u", "app", "worker"}, chain.Wrapper, chain.None},
	{[]string{"doppler", "run", "--", "worker"}, chain.Wrapper, chain.None},
	{[]string{"poetry", "run", "worker"}, chain.Wrapper, chain.None},
	{[]string{"uv", "run", "--no-sync", "worker"}, chain.Wrapper, chain.None},
	{[]string{"aws-vault", "exec", "live", "--", "worker"}, chain.Wrapper, chain.None},
	{[]string{"dotenv", "-f", ".env", "worker"}, chain.Wrapper, chain.None},
	{[]string{"dotenv", "-e", ".env", "--", "worker"}, chain.Wrapper, chain.None},
	{[]string{"dotenv", "run", "worker"}, chain.Wrapper, chain.None},
	{[]string{"tini", "-s", "-e", "143", "--", "worker"}, chain.Init, chain.None},
	{[]string{"dumb-init", "-r", "15:3", "worker"}, chain.Init, chain.None},
	{[]string{"tasuki", "init", "--grace", "30s", "--", "sh", "-c", "worker"}, chain.OurInit, chain.None},
	{[]string{"tasuki-init", "sh", "-c", "worker; true"}, chain.OurInit, chain.None},
	{[]string{"tini", "--", "sh", "-c", "worker"}, chain.Init, chain.NotExec},
	{[]string{"sh", "-c", "tini -- worker"}, chain.Shell, chain.NotExec},
	{[]string{"sh", "-c", "exec tini -- worker"}, chain.Shell, chain.None},
	{[]string{"sh", "-c", "exec \"$0\" \"$@\"", "worker", "-t", "5"}, chain.Shell, chain.None},
	{[]string{"bash", "-euxo", "pipefail", "-c", "worker"}, chain.Shell, chain.None},
	{[]string{"busybox", "sh", "-c", "worker"}, chain.Shell, chain.None},
	{[]string{"timeout", "-k", "5", "1h", "worker"}, chain.Timer, chain.None},
	{[]string{"xargs", "-n1", "worker"}, chain.Deaf, chain.Ignores},
	{[]string{"flock", "-n", "/l", "worker"}, chain.Deaf, chain.Ignores},
	{[]string{"flock", "-F", "/l", "worker"}, chain.Wrapper, chain.None},
	{[]string{"su", "-s", "/bin/sh", "-c", "worker", "app"}, chain.Switcher, chain.Kills},
	{[]string{"su", "-", "app", "-c", "exec worker"}, chain.Switcher, chain.Kills},
	{[]string{"runuser", "-u", "app", "--", "worker"}, chain.Switcher, chain.Kills},
	{[]string{"sudo", "-E", "-u", "app", "worker"}, chain.Switcher, chain.None},
	{[]string{"npm", "run", "w"}, chain.Runner, chain.Kills},
	{[]string{"npm", "--prefix", "api", "run", "x"}, chain.Runner, chain.Kills},
	{[]string{"npm", "run", "w", "--", "-t", "5"}, chain.Runner, chain.Kills},
	{[]string{"yarn", "w"}, chain.Runner, chain.Kills},
	{[]string{"pnpm", "exec", "worker"}, chain.Runner, chain.Kills},
	{[]string{"npx", "-y", "worker"}, chain.Runner, chain.Kills},
	{[]string{"npx", "-c", "worker"}, chain.Runner, chain.Kills},
	{[]string{"corepack", "yarn", "w"}, chain.Wrapper, chain.Kills},
	{[]string{"node", "--run", "w"}, chain.Deaf, chain.Ignores},
	{[]string{"node", "--env-file=x", "--run=w", "--", "-t", "5"}, chain.Deaf, chain.Ignores},
	{[]string{"cross-env", "A=b", "worker"}, chain.Wrapper, chain.None},
	{[]string{"yarn", "run", "worker"}, chain.Runner, chain.Kills},
	{[]string{"nodemon", "--exec", "worker", "-v"}, chain.DevRunner, chain.Kills},
	{[]string{"watchexec", "-e", "py", "--", "worker"}, chain.DevRunner, chain.Kills},
	{[]string{"watchmedo", "auto-restart", "-d", ".", "worker"}, chain.DevRunner, chain.Kills},
	{[]string{"watchfiles", "worker -v", "src"}, chain.DevRunner, chain.Kills},
	{[]string{"reflex", "-r", "x", "--", "worker"}, chain.DevRunner, chain.Kills},
}

func TestWhatStandsInFrontOfAWorkerIsPassed(t *testing.T) {
	files := map[string]string{"package.json#w": "worker", "api/package.json#x": "worker"}
	for _, c := range wayCases {
		t.Run(strings.Join(c.command, " "), func(t *testing.T) {
			got := chain.Follow(words(c.command...), place(deploy.Dash, files, nil))
			if got.Worker == nil {
				t.Fatalf("the worker was not found: %+v", got)
			}
			trap := chain.None
			if _, l := got.Trapped(); l != nil {
				trap = l.Trap
			}
			if got.Links[0].Role != c.role || trap != c.trap {
				t.Errorf("role %d, trap %q; want %d, %q", got.Links[0].Role, trap, c.role, c.trap)
			}
		})
	}
}

func TestWhatNoFileSaysIsOpen(t *testing.T) {
	for _, command := range [][]string{
		{"/app/gone.sh", "worker"}, {"bin/gone"}, {"npm", "run", "gone"}, {"npm", "run", "worker"}, {"pnpm", "run", "worker"}, {"node", "--run", "gone"}, {"sh", "-c", "$COMMAND"}, {"bash", "/gone.sh"}, {"sh", "-c", "if then"}, {"sh", "-c", "eval \"$COMMAND\""},
		{"sh", "-c", "$COMMAND & nginx"}, {"sh", "-c", "f() { f; }; f; f"}, {"tini", "--", "bin/gone"}, {"yarn", "workspace", "a", "w"},
		{"sh", "-c", "exec celery -A shop $ROLE"}, {"sh", "-c", "/usr/bin/python3 manage.py $ROLE"}, {"sh", "-c", "bundle exec rake $TASK"},
		{"sh", "-c", strings.Repeat("true\n", 30000)}, {"sh", "-c", strings.Repeat("a\n", 300)},
	} {
		if got := chain.Follow(words(command...), place(deploy.Dash, nil, nil)); got.Worker != nil || got.Open == "" {
			t.Errorf("%.100q: open %q, worker %+v", command, got.Open, got.Worker)
		}
	}
}

func TestWhatIsFollowedToItsEndIsNotOpen(t *testing.T) {
	for _, command := range [][]string{{"puma", "-C", "x.rb"}, {"sh", "-c", "set -e; cd /x; exec nginx"}, {"bash", "-lc", "source /etc/profile && rails server"}, {"npm", "run", "w"}, {"redis-server"},
		{"/opt/venv/bin/celery", "-A", "shop", "beat"}, {"/usr/bin/python3", "web.py"}, {"celery", "-A", "shop", "beat", "--schedule=$FILE"}} {
		if got := chain.Follow(words(command...), place(deploy.Dash, map[string]string{"package.json#w": "next start"}, nil)); got.Open != "" {
			t.Errorf("%q: %s", command, got.Open)
		}
	}
}
