package control_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/supervise/internal/workertest"
)

// callsSocket is where this test binary, run as another user, finds the socket to call.
const callsSocket = "SUPERVISE_TEST_CALLER"

func TestMain(m *testing.M) {
	if os.Getenv(workertest.Variable) != "" {
		os.Exit(workertest.Main())
	}
	if socket := os.Getenv(callsSocket); socket != "" {
		os.Exit(caller(socket))
	}
	os.Exit(m.Run())
}

// A yard is a folder of test workers.
type yard struct {
	t   *testing.T
	dir string
}

func (y *yard) until(what string, holds func() bool) {
	y.t.Helper()
	workertest.Until(y.t, y.dir, what, holds)
}

// log is what the workers wrote down.
func (y *yard) log() []workertest.Line { return workertest.Log(y.dir) }

func (y *yard) count(what string) (n int) {
	for _, l := range y.log() {
		if l.What == what {
			n++
		}
	}
	return n
}

// file makes a file in the yard, and unfile removes it.
func (y *yard) file(name string)   { os.WriteFile(filepath.Join(y.dir, name), nil, 0o600) }
func (y *yard) unfile(name string) { os.Remove(filepath.Join(y.dir, name)) }
