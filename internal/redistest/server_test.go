//go:build unix

package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process of this test binary that was given a role starts a server and more, says
// where, and waits to be ended, or ends.
const roleVariable = "TASUKI_REDISTEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func play(role string) int {
	ctx := context.Background()
	s, err := Start(ctx, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	started := []*home{s.home}
	pids := []int{s.process.pid()}
	if role == "ruby" {
		app := App{URL: s.URL(1), Code: "class SomeJob; include Sidekiq::Worker; end"}
		w, err := StartSidekiq(ctx, app)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		c, err := StartClient(ctx, app)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		started = append(started, w.home, c.home)
		pids = append(pids, w.process.pid(), c.process.pid())
	}
	if role == "frozen" {
		s.Freeze()
	}
	for i, h := range started {
		fmt.Print(h.folder, " ", pids[i], " ")
	}
	fmt.Println()
	switch role {
	case "exit":
		return 0
	case "panic":
		panic("as a test does")
	}
	select {}
}

// installed skips a test that needs Redis.
func installed(t *testing.T) {
	t.Helper()
	_, err := redisServer()
	given(t, "", err)
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

// gone says whether a folder and a process are there no more.
func gone(home string, pid int) bool {
	_, err := os.Stat(home)
	return errors.Is(err, os.ErrNotExist) && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestNothingOutlivesItsProcess(t *testing.T) {
	installed(t)
	for _, role := range []string{"killed", "frozen", "exit", "panic", "ruby"} {
		t.Run(role, func(t *testing.T) {
			if role == "ruby" {
				hasRuby(t)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), roleVariable+"="+role)
			var said strings.Builder
			cmd.Stderr = &said
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
			if err != nil {
				t.Fatal(err, said.String())
			}
			if role != "exit" && role != "panic" {
				cmd.Process.Kill()
			}
			words := strings.Fields(line)
			if len(words) < 2 {
				t.Fatalf("it says %q", line)
			}
			for started := range slices.Chunk(words, 2) {
				pid, _ := strconv.Atoi(started[1])
				eventually(t, line+" is gone", func() bool { return gone(started[0], pid) })
			}
		})
	}
}

func TestAServerThatIsStoppedLeavesNothing(t *testing.T) {
	s := Own(t, Options{})
	pid := s.process.pid()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if !gone(s.home.folder, pid) {
		t.Error("there is still a process or a folder")
	}
}

func TestAServerThatCannotStartLeavesNothingAndSaysWhy(t *testing.T) {
	installed(t)
	in := t.TempDir()
	_, err := Start(t.Context(), Options{Folder: in, Config: []string{"maxclients many"}})
	if err == nil || !strings.Contains(err.Error(), "maxclients many") {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(in); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestAServerThatWasKilledComesBackAtItsAddressWithWhatItsAOFHas(t *testing.T) {
	for aof, want := range map[string]string{"": "", "always": "42"} {
		t.Run("AOF "+aof, func(t *testing.T) {
			s := Own(t, Options{AOF: aof})
			db, address := s.DB(t), s.Addr()
			Ask[string](t, db, "SET", "n", 42)
			if err := s.Kill(); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(t.Context(), "PING"); err == nil {
				t.Error("a killed server answers")
			}
			if err := s.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := Ask[string](t, db, "GET", "n"); got != want || s.Addr() != address {
				t.Errorf("%q at %s, want %q at %s", got, s.Addr(), want, address)
			}
		})
	}
}

func TestARestartLosesNothingThatTheAOFHasEverySecond(t *testing.T) {
	s := Own(t, Options{AOF: "everysec"})
	db := s.DB(t)
	Ask[string](t, db, "SET", "n", 42)
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := Ask[string](t, db, "GET", "n"); got != "42" {
		t.Errorf("%q", got)
	}
}

func TestAFrozenServerAnswersWhenItThaws(t *testing.T) {
	s := Own(t, Options{})
	if err := s.Freeze(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Exec(short, "PING"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a frozen server: error %v", err)
	}
	if err := s.Thaw(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Exec(t.Context(), "PING"); err != nil {
		t.Error(err)
	}
}

func TestAServerThatEndsByItselfIsSeen(t *testing.T) {
	s := Own(t, Options{})
	if s.Ended() {
		t.Error("it has just been started")
	}
	s.Exec(t.Context(), "SHUTDOWN")
	eventually(t, "it ended", s.Ended)
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
}
