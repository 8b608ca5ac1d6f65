package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// Example runs the program as it stands in the README and ends it as a platform
// does.
func Example() {
	dir, err := os.MkdirTemp("", "hello")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Args = os.Args[:1] // the worker's own flags, not the test's
	file := filepath.Join(dir, "hello.db")
	go func() {
		awaitDone(file)
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
	run(file)
	// Output: hello, Ada
}

// awaitDone looks at the file until one job is done.
func awaitDone(file string) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range look.C {
		if _, err := os.Stat(file); err != nil {
			continue
		}
		st, err := sqlite.Open(context.Background(), file, sqlite.Options{})
		if err != nil {
			continue
		}
		stats, err := st.Stats(context.Background())
		st.Close()
		if err == nil && stats.Done == 1 {
			return
		}
	}
}

func TestTheReadmeShowsThisProgram(t *testing.T) {
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(program), "package main")
	if !strings.Contains(string(readme), "```go\npackage main"+code+"```") {
		t.Error("the README's program is not examples/hello/main.go")
	}
}
