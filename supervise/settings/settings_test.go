package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// read reads a file with this text.
func read(t *testing.T, text string) (*settings.Settings, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tasuki.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return settings.ReadFile(path)
}

func TestEachKeySetsWhatItIsCalled(t *testing.T) {
	s, err := read(t, `# all of them
name: shop
command: sh -c 'exec sleep 9' "two words" %i%%
workers: 7
directory: app
env: {B: "2", A: yes}
kind: sidekiq
stop_signal: INT
quiet_signal: SIGUSR1
resume_signal: none
ready: 4s
ready_timeout: 2m
timeout: 90
grace: 100s
stop_first: on
surge: 2
generations: 4
drain: 1d
max_memory: 1.5G
max_age: 12h
max_jobs: 1000
store: sqlite:jobs.db
log: log/w.log
dir: /run/x
`)
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Dir(s.Path)
	want := supervise.Config{
		Worker: supervise.Worker{Command: []string{"sh", "-c", "exec sleep 9", "two words", "%i%%"}, Dir: filepath.Join(base, "app"), Env: []string{"B=2", "A=yes"},
			Kind: supervise.Sidekiq, Ready: supervise.Ready{Alive: 4 * time.Second}, Stop: syscall.SIGINT, Quiet: syscall.Signal(10), Resume: -1},
		Workers: 7, Dir: "/run/x", Timeout: 90 * time.Second,
		Restart: supervise.Restart{StopFirst: true, Surge: 2, Generations: 4, ReadyTimeout: 2 * time.Minute, Drain: 24 * time.Hour},
		Limits:  supervise.Limits{Memory: 3 << 29, Age: 12 * time.Hour, Jobs: 1000},
	}
	if !reflect.DeepEqual(s.Config, want) {
		t.Errorf("got\n%+v, want\n%+v", s.Config, want)
	}
	if s.Name != "shop" || s.Log != filepath.Join(base, "log/w.log") || s.Store != "sqlite:"+filepath.Join(base, "jobs.db") || s.Grace != 100*time.Second {
		t.Errorf("%+v", s)
	}
}

func TestAMistakeIsNamedWithItsLineAndAWayOut(t *testing.T) {
	for text, want := range map[string]string{
		"command: x\nwrokers: 3":                "tasuki.yml:2: wrokers: there is no such key (hint: is it workers?)",
		"command: x\nprocesses: 3":              ":2: processes: there is no such key (hint: is it workers?)",
		"command: x\nstop-first: true":          ":2: stop-first: there is no such key (hint: is it stop_first?)",
		"command: x\nxyzzy: 1":                  ":2: xyzzy: there is no such key (hint: the keys are command, ",
		"workers: 0":                            `:1: workers: "0" is no such number`,
		"workers: 1001":                         "write a number from 1 to 1000",
		"workers: 1e3":                          `"1e3" is no such number`,
		"workers: [1, 2]":                       "it is one value, not several",
		"workers:":                              `"" is no such number`,
		"workers: 2\nworkers: 3":                ":2: workers: it is there twice",
		"timeout: soon":                         `"soon" is no time (hint: write 90s`,
		"timeout: -5":                           `"-5" is no time`,
		"timeout: 1e300":                        `"1e300" is no time`,
		"max_memory: 10":                        "is no size that a worker can have",
		"max_memory: 5Q":                        `"5Q" is no size`,
		"stop_signal: SIGNALL":                  "there is no signal",
		"stop_signal: KILL":                     "timeout says when it is killed",
		"kind: resque":                          `there is no kind "resque" (hint: tasuki, sidekiq`,
		"ready: maybe":                          "neither notify nor a time",
		"stop_first: perhaps":                   "neither true nor false",
		"command: a | b":                        `no shell sees it, and "|" is for a shell`,
		"command: a 'b":                         "a quote is open",
		"command: ''":                           "it is empty",
		"command: [a, [b]]":                     "it is a list of texts",
		"command: a %x":                         "has a % with nothing known behind it",
		"command: a %":                          "has a % with nothing known behind it",
		"env: A=b":                              "it is no list of variables",
		"env:\n  A: b\n  TASUKI_SLOT: 1":        ":3: env: TASUKI_SLOT is what the supervisor sets",
		"env:\n  - A=b\n  - noequals":           `:3: env: "noequals" is no variable`,
		"env:\n  A: 1\n  A: 2":                  ":3: env: A is there twice",
		"log: ~/x":                              "begins with ~",
		"dir: ''":                               "it is empty (hint: write a path",
		"name: ../x":                            `"../x" is no name`,
		"- workers":                             ":1: it is no list of keys",
		"workers 3":                             ":1: it is no list of keys",
		"command: x\n\tworkers: 3":              ":2: it is not YAML",
		"command: {a: b}":                       "it is no command",
		"<<: {workers: 3}":                      "<<: there is no such key",
		strings.Repeat("# long\n", 200_000):     "it has more than 1 MB",
		"command: x\nstore: ''":                 ":2: store: it is empty",
		"command: &a [*a]":                      "it is a list of texts",
		"workers: &n 3\nsurge: *n\nmax_jobs: x": ":3: max_jobs",
	} {
		_, err := read(t, text)
		var m *settings.Mistake
		if !errors.As(err, &m) || !strings.Contains(err.Error(), want) || m.Hint == "" {
			t.Errorf("%.40q: %v\nwant %s", text, err, want)
		}
	}
}

func TestAFlagGoesBeforeTheFile(t *testing.T) {
	s, err := read(t, "workers: 3\ntimeout: 5s\nenv: {A: b}")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("workers", "5"); err != nil {
		t.Fatal(err)
	}
	if s.Workers != 5 || s.Timeout != 5*time.Second {
		t.Errorf("%+v", s)
	}
	if err := s.Set("workers", "many"); err == nil || err.Error() != `--workers: "many" is no such number (hint: write a number from 1 to 1000)` {
		t.Errorf("got %v", err)
	}
}

// Who looks for the supervisor may have another environment than who started it.
func TestTheDirectoryDependsOnNoVariable(t *testing.T) {
	find := func() string {
		s := settings.NoFile("/srv/shop/tasuki.yml")
		if err := s.Find(); err != nil {
			t.Fatal(err)
		}
		return s.Dir
	}
	dir := find()
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "TMPDIR", "USER"} {
		t.Setenv(name, "/elsewhere")
	}
	if again := find(); again != dir || !strings.Contains(dir, "/tasuki/shop-") {
		t.Errorf("%s, then %s", dir, again)
	}
	other := settings.NoFile("/srv/old/shop/tasuki.yml")
	if err := other.Find(); err != nil || other.Dir == dir {
		t.Errorf("two files have one directory, %s, %v", other.Dir, err)
	}
	named := settings.NoFile("/srv/shop/tasuki.yml")
	named.Name = "shop"
	if err := named.Find(); err != nil || filepath.Base(named.Dir) != "shop" {
		t.Errorf("%s, %v", named.Dir, err)
	}
}

// What one file says of PATH is no other's, nor the supervisor's own: a file that is refused
// changes nothing, and a line that was taken out is gone.
func TestThePathOfWorkersIsTheirsAlone(t *testing.T) {
	dir := t.TempDir()
	tool := filepath.Join(dir, "a-tool-of-its-own")
	if err := os.WriteFile(tool, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	own := "/usr/bin:/bin"
	t.Setenv("PATH", own)
	complete := func(text string) (*settings.Settings, error) {
		s, err := read(t, text)
		if err == nil {
			err = s.Complete()
		}
		return s, err
	}
	s, err := complete("command: a-tool-of-its-own -x\nenv: [PATH=" + dir + "]")
	if err != nil || s.Worker.Command[0] != tool {
		t.Errorf("%v, %v", s.Worker.Command, err)
	}
	if path := os.Getenv("PATH"); path != own {
		t.Errorf("this process has %s", path)
	}
	if _, err := complete("command: a-tool-of-its-own"); err == nil || !strings.Contains(err.Error(), "in no directory of PATH, which is /usr/bin:/bin:/usr/local") {
		t.Errorf("without the line: %v", err)
	}
	s, err = complete("command: sh -c true")
	if last := s.Worker.Env[len(s.Worker.Env)-1]; err != nil || !strings.HasPrefix(last, "PATH=/usr/bin:/bin:") || !strings.Contains(last, "/usr/local/bin") {
		t.Errorf("%q, %v", s.Worker.Env, err)
	}
}

func TestTheHashChangesWithWhatWorkersDependOn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	hash := func(flags ...string) string {
		s, err := settings.ReadFile(filepath.Join(dir, "tasuki.yml"))
		if err == nil && len(flags) > 0 {
			err = s.Set(flags[0], flags[1:]...)
		}
		if err == nil {
			err = s.Complete()
		}
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash()
	}
	write("w", "#!/bin/sh\n")
	write("tasuki.yml", "dir: d\ncommand: ./w\n")
	first := hash()
	if hash() != first || hash("dir", filepath.Join(dir, "d")) != first {
		t.Error("it changes by itself")
	}
	seen := map[string]bool{first: true}
	write("w", "#!/bin/sh\nexit 0\n")
	seen[hash()] = true
	seen[hash("workers", "2")] = true
	write("tasuki.yml", "dir: d\ncommand: ./w\nworkers: 3\n")
	seen[hash()] = true
	if len(seen) != 4 {
		t.Errorf("%d of 4 differ", len(seen))
	}
}

func FuzzNoFileIsTooStrange(f *testing.F) {
	for _, text := range []string{"command: ./w\nworkers: 3", "env:\n  A: b", "a: &a [*a]", "? [x]: y", "command: [a, b]\n---\nx", "%YAML 2\n---\n", "\xff\xfe", "{", "command: !!binary aGk="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(t, text)
		if err != nil && !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("no way out: %v", err)
		}
		s.Hash()
		s.Find()
	})
}
