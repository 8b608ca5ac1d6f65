package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestMain(m *testing.M) {
	// The race detector waits a second at each exit; our processes' ends are
	// measured.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	testscript.Main(m, map[string]func(){"tasuki": main, "tasuki-faulty": faulty, "worker": worker, "declare": declare, "spoil": spoil})
}

// faulty is the command with workers that cheat: one file is left out of the
// manifest, another is written twice.
func faulty() {
	os.Exit(run(os.Args[1:], caller{in: os.Stdin, out: os.Stdout, err: os.Stderr, copies: func(path string) int {
		switch filepath.Base(path) {
		case "left-out":
			return 0
		case "twice":
			return 2
		}
		return 1
	}}))
}

// storeOf opens the store of a script, and makes it where it is missing.
func storeOf(ctx context.Context, url string) (*openStore, error) {
	b, err := backendOf(url)
	if err != nil {
		return nil, err
	}
	return b.open(ctx, true)
}

// worker runs the jobs of the scripts on the store of the first argument.
func worker() {
	opened, err := storeOf(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	st := opened.Store
	os.Args = os.Args[1:]
	mail := tasuki.NewKind[string]("mail").Do(func(ctx context.Context, to string) error {
		return errors.Join(tasuki.SetProgress(ctx, 3, 4, "sent"), tasuki.SetResult(ctx, map[string]string{"to": to}))
	})
	broken := tasuki.NewKind[any]("broken").Do(func(context.Context, any) error {
		return errors.New("no route \x1b[31mto host\nsecond line")
	})
	patient := tasuki.NewKind[any]("patient").Do(func(ctx context.Context, _ any) error {
		select {
		case <-tasuki.Stopping(ctx):
		case <-ctx.Done():
			return ctx.Err()
		}
		return errors.Join(tasuki.Save(ctx, "page 7"), tasuki.Yield())
	})
	crawl := tasuki.NewKind[int64]("crawl").Do(func(ctx context.Context, total int64) error {
		for done, tick := int64(1), time.NewTicker(20*time.Millisecond); ; done++ {
			if err := tasuki.SetProgress(ctx, min(done, total*3/4), total, "東京 \x1b[2Jrow 👍🏽"); err != nil {
				return err
			}
			select {
			case <-tasuki.Stopping(ctx):
				return tasuki.Yield()
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
	})
	config := tasuki.Config{Tag: "v1", Handlers: []tasuki.Handler{mail, broken, patient, crawl}}
	if times := os.Getenv("SCHEDULE"); times != "" {
		config.Schedules = []tasuki.Schedule{{Name: "declared", At: cron.Must(times), Job: store.Job{Kind: "mail", Args: []byte(`"ada"`)}}}
	}
	w, err := tasuki.New(st, config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(tasuki.Main(w))
}

// TestWhatAUserTypes runs every script below testdata as a user would type it.
func TestWhatAUserTypes(t *testing.T) { testscript.Run(t, scripts("testdata")) }

// scripts are those of a folder, and the commands that they may use.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("TASUKI_STORE", "")
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, "tmp"))
			exe, err := exec.LookPath("tasuki")
			if err != nil {
				return err
			}
			env.Setenv("EXE", exe)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			if err := os.Mkdir(filepath.Join(env.WorkDir, "tmp"), 0o777); err != nil {
				return err
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"repeat": repeat,
			"width":  width,
			"empty":  empty,
			"until":  until,
			"forest": forest,
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "mounts":
				return canMount(), nil
			case "powerless":
				return exec.Command("unshare", "-U", "true").Run() == nil, nil
			}
			return false, errors.New("unknown condition " + cond)
		},
	}
}

// exits CODE COMMAND... runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	got := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// until PATTERN COMMAND... runs a command again and again until its output
// matches.
func until(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	deadline := time.Now().Add(20 * time.Second)
	for range time.Tick(50 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if out := ts.ReadFile("stdout"); err == nil && want.MatchString(out) {
			return
		} else if time.Now().After(deadline) {
			ts.Fatalf("%v says to the end: %s", args[1:], out)
		}
	}
}

// repeat FILE TEXT N writes a file that holds text n times, between quotes.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	text := `"` + strings.Repeat(args[1], n) + `"`
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// width FILE N fails if a line of the file is wider than n.
func width(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	for line := range bytes.Lines([]byte(ts.ReadFile(args[0]))) {
		if n := len([]rune(strings.TrimRight(string(line), "\n"))); n > most {
			ts.Fatalf("a line is %d wide, want at most %d: %s", n, most, line)
		}
	}
}

// empty DIR fails unless the directory has nothing in it.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	names, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) > 0 {
		ts.Fatalf("%s holds %s", args[0], names[0].Name())
	}
}

// forest DIR N makes a tree of n small files.
func forest(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i := range n {
		dir := filepath.Join(ts.MkAbs(args[0]), strconv.Itoa(i%7), strconv.Itoa(i%3))
		ts.Check(os.MkdirAll(dir, 0o755))
		ts.Check(os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), []byte(args[0]+strconv.Itoa(i)), 0o644))
	}
}

// canMount says whether this machine lets us make a file system read-only: as
// root, permissions prove nothing.
func canMount() bool {
	return exec.Command("unshare", "-m", "true").Run() == nil
}
