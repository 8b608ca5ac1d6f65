//go:build unix

package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A process of this test binary that was given a role starts a server, says where,
// and waits to be ended.
const roleVariable = "TASUKI_PGTEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func play(role string) int {
	s, err := Start(context.Background(), Options{})
	if err == nil && role == "paused" {
		err = s.Pause()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	pid := s.process.cmd.Process.Pid
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	fmt.Println(s.home, pid, string(children))
	if role == "exit" {
		return 0
	}
	select {}
}

// installed skips a test that needs PostgreSQL.
func installed(t *testing.T) {
	t.Helper()
	_, err := programs()
	given(t, nil, err)
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

// gone says whether a folder and processes are there no more.
func gone(home string, pids ...string) bool {
	_, err := os.Stat(home)
	return errors.Is(err, os.ErrNotExist) && !slices.ContainsFunc(pids, func(pid string) bool {
		n, _ := strconv.Atoi(pid)
		return !errors.Is(syscall.Kill(n, 0), syscall.ESRCH)
	})
}

// one is a query's answer of one value.
func one[T any](t *testing.T, dsn, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNoServerOutlivesItsProcess(t *testing.T) {
	installed(t)
	for _, role := range []string{"killed", "paused", "exit"} {
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
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(line)
			if len(words) < 5 {
				t.Fatalf("it says %q", line)
			}
			if role != "exit" {
				cmd.Process.Kill()
			}
			eventually(t, "server and folder are gone", func() bool { return gone(words[0], words[1:]...) })
		})
	}
}

func TestAServerThatIsStoppedLeavesNothing(t *testing.T) {
	s := Own(t, Options{})
	pid := s.process.cmd.Process.Pid
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if !gone(s.home, strconv.Itoa(pid)) {
		t.Error("there is still a process or a folder")
	}
}

func TestAServerThatWasKilledComesBackAtItsAddressWithWhatWasCommitted(t *testing.T) {
	s := Own(t, Options{})
	dsn := s.DSN("postgres")
	if err := s.Exec(t.Context(), "CREATE TABLE kept AS SELECT 42 AS n"); err != nil {
		t.Fatal(err)
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), "SELECT"); err == nil {
		t.Error("a killed server answers")
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, dsn, "SELECT n FROM kept"); n != 42 {
		t.Errorf("%d", n)
	}
	if !strings.Contains(s.Log(), "automatic recovery in progress") {
		t.Errorf("no recovery; the log:\n%s", s.Log())
	}
}

func TestAPausedServerAnswersWhenItIsResumed(t *testing.T) {
	s := Own(t, Options{})
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	answer := make(chan error, 1)
	go func() {
		_, err := conn.Exec(t.Context(), "SELECT")
		answer <- err
	}()
	select {
	case err := <-answer:
		t.Errorf("a paused server answered: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil {
		t.Error(err)
	}
}

func TestSettingsAreTheServersOwn(t *testing.T) {
	s := Own(t, Options{Settings: map[string]string{"commit_delay": "2000", "application_name": "it's"}})
	for setting, want := range map[string]string{"fsync": "on", "commit_delay": "2000", "application_name": "it's"} {
		if got := one[string](t, s.DSN("postgres"), "SHOW "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
}

func TestAccessLinesComeFirst(t *testing.T) {
	s := Own(t, Options{Access: []string{"host all guest 127.0.0.1/32 scram-sha-256"}})
	if err := s.Exec(t.Context(), "CREATE ROLE guest LOGIN PASSWORD 'right'"); err != nil {
		t.Fatal(err)
	}
	for password, fits := range map[string]bool{"right": true, "wrong": false} {
		conn, err := pgx.Connect(t.Context(), strings.Replace(s.DSN("postgres"), superuser+"@", "guest:"+password+"@", 1))
		if (err == nil) != fits {
			t.Errorf("password %q: %v", password, err)
		}
		if err == nil {
			conn.Close(context.Background())
		}
	}
}

func TestASettingThatTheServerRefusesIsInTheError(t *testing.T) {
	installed(t)
	_, err := Start(t.Context(), Options{Settings: map[string]string{"max_connections": "many"}})
	if err == nil || !strings.Contains(err.Error(), `"max_connections"`) {
		t.Errorf("error %v", err)
	}
}

func TestAServerOnADiskThatIsFullSaysSoUntilThereIsRoom(t *testing.T) {
	disk := NewDisk(t, "64m")
	s := Own(t, Options{Folder: disk.Folder(), WAL: os.TempDir()})
	if err := s.Exec(t.Context(), "SELECT"); err != nil { // the first connection writes files
		t.Fatal(err)
	}
	disk.Fill(t)
	if err := s.Exec(t.Context(), "CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)"); err == nil || !strings.Contains(err.Error(), "53100") {
		t.Errorf("error %v", err)
	}
	disk.Free(t)
	if err := s.Exec(t.Context(), "CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)"); err != nil {
		t.Error(err)
	}
}

func TestALogOfWritesThatLiesElsewhereGoesWithItsServer(t *testing.T) {
	folder, err := os.MkdirTemp("", "tasuki-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s := Own(t, Options{WAL: folder})
	if found, _ := filepath.Glob(filepath.Join(folder, "*", "0000*")); len(found) == 0 {
		t.Error("it does not lie there")
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestAServerThatHandsOverBecomesAReplicaOfItsReplica(t *testing.T) {
	first := Own(t, Options{})
	second := first.Replica(t)
	if err := first.HandOver(t.Context(), second); err != nil {
		t.Fatalf("%v; its log:\n%s", err, first.Log())
	}
	if err := second.Exec(t.Context(), "CREATE TABLE fresh AS SELECT 42 AS n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the old one has it", func() bool {
		return one[bool](t, first.DSN("postgres"), "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'fresh')")
	})
	if !one[bool](t, first.DSN("postgres"), "SELECT pg_is_in_recovery()") {
		t.Error("the old one still writes")
	}
}
