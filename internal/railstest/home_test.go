//go:build linux

package railstest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A process of this test binary that was given a role starts daemons, says who they are,
// and waits to be killed, or ends.
const roleVariable = "TASUKI_RAILSTEST_ROLE"

// daemons are two: one that stays in the folder under another title, as Delayed Job's
// does, whose variables nobody can read any more, and one that went elsewhere.
var daemons = fstest.MapFS{"bin/daemons": {Data: []byte(`#!/usr/bin/env ruby
two = [true, false].map do |stays|
  read, write = IO.pipe
  fork do
    Process.daemon(stays)
    $0 = "another title, and a long one, so that no variable is left" * 20 if stays
    write.puts $$
    write.close
    sleep
  end
  read.gets.to_i
end
puts two.join(" ")
`)}}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func play(role string) int {
	h, err := open(daemons, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	pids, err := h.Run(context.Background(), "bin/daemons")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(h.folder, strings.TrimSpace(pids))
	if role == "exit" {
		return 0
	}
	select {}
}

func TestNothingOutlivesItsProcess(t *testing.T) {
	if err := missing(); errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	for _, role := range []string{"killed", "exit"} {
		t.Run(role, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), roleVariable+"="+role)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait()
			defer cmd.Process.Kill()
			line, err := bufio.NewReader(out).ReadString('\n')
			words := strings.Fields(line)
			if err != nil || len(words) != 3 {
				t.Fatalf("it says %q: %v", line, err)
			}
			if role == "killed" {
				cmd.Process.Kill()
			}
			eventually(t, line+" is gone", func() bool { return gone(words[0], words[1:]) })
		})
	}
}

func TestTheEndOfATestIsTheEndOfItsDaemons(t *testing.T) {
	var folder string
	var pids []string
	t.Run("a test", func(t *testing.T) {
		h := Open(t, daemons)
		out, err := h.Run(t.Context(), "bin/daemons")
		if err != nil {
			t.Fatal(err)
		}
		folder, pids = h.folder, strings.Fields(out)
		if living, err := h.Living(); err != nil || len(living) != 2 {
			t.Errorf("%v live (%v), want %s", living, err, out)
		}
	})
	if folder != "" && !gone(folder, pids) {
		t.Errorf("there is still %s or one of %v", folder, pids)
	}
}

// gone says whether a folder and processes are there no more.
func gone(folder string, pids []string) bool {
	for _, word := range pids {
		pid, err := strconv.Atoi(word)
		p, lives := proc.Read(pid)
		if err != nil || lives == nil && !p.Ended() { // who has ended may wait for its parent
			return false
		}
	}
	_, err := os.Stat(folder)
	return errors.Is(err, os.ErrNotExist)
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
