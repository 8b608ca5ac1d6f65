package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tests of several processes run this test binary again in a role.
const (
	roleVar = "TASUKI_SQLITE_ROLE"
	fileVar = "TASUKI_SQLITE_FILE"
)

// roles are what a child can be. Each runs until it is done or killed, and says
// what happened in lines on its standard output.
var roles = map[string]func(ctx context.Context, path string) error{}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](context.Background(), os.Getenv(fileVar)); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// say writes one line, at once and whole.
func say(words ...any) {
	line := strings.TrimSuffix(fmt.Sprintln(words...), "\n") + "\n"
	os.Stdout.WriteString(line)
}

// A child is a process in a role.
type child struct {
	t     testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{}

	mu    sync.Mutex // owns lines
	lines []string
}

// spawn runs a child that is killed when the test ends.
func spawn(t testing.TB, role, path string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role, fileVar+"="+path)
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.ended)
		for s := bufio.NewScanner(out); s.Scan(); {
			c.mu.Lock()
			c.lines = append(c.lines, s.Text())
			c.mu.Unlock()
		}
		c.cmd.Wait()
	}()
	t.Cleanup(c.kill)
	return c
}

// kill ends the child as kill -9 does.
func (c *child) kill() {
	c.cmd.Process.Kill()
	<-c.ended
}

// wait waits until the child has ended and answers whether it ended well.
func (c *child) wait() bool {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(60 * time.Second):
		c.t.Fatal("a child did not end in 60 s")
	}
	return c.cmd.ProcessState.Success()
}

// said are the words after a first word, of all lines that begin with it.
func (c *child) said(first string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, line := range c.lines {
		if word, rest, _ := strings.Cut(line, " "); word == first {
			all = append(all, strings.Fields(rest)...)
		}
	}
	return all
}

// saying waits until the child has said a line that begins with the word.
func (c *child) saying(word string) {
	c.t.Helper()
	eventually(c.t, "said "+word, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		has := func(w string) func(string) bool {
			return func(line string) bool { return strings.HasPrefix(line+" ", w+" ") }
		}
		if i := slices.IndexFunc(c.lines, has("error")); i >= 0 {
			c.t.Fatal(c.lines[i])
		}
		return slices.ContainsFunc(c.lines, has(word))
	})
}
