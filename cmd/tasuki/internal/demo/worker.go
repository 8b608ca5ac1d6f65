package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// The demo's queues, and how long it keeps its jobs' records.
const (
	queueFiles    = "files"
	queueStubborn = "stubborn"
	keep          = time.Hour
)

// Work is a worker process of the demo: its exit code. file is the store, and
// flags are those of tasuki.Main. copies says how many rows a file gets in the
// manifest; nil: one.
//
// Standard input is the leash: when it ends the demo is gone, however that
// happened, and the worker stops and removes what is left.
func Work(file string, flags []string, copies func(string) int) int {
	ctx := context.Background()
	st, err := sqlite.Open(ctx, file, storeOptions)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return tasuki.ExitFailed
	}
	if copies == nil {
		copies = func(string) int { return 1 }
	}
	h := &hasher{store: st, copies: copies}
	w, err := tasuki.New(st, tasuki.Config{
		Handlers: []tasuki.Handler{h.handler(), stubbornly.Do(stubborn)},
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return tasuki.ExitFailed
	}
	var orphan atomic.Bool
	go func() { // ends with the process
		io.Copy(io.Discard, os.Stdin)
		orphan.Store(true)
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Signal(syscall.SIGTERM)
		}
	}()
	os.Args = append(os.Args[:1:1], flags...)
	code := tasuki.Main(w)
	if orphan.Load() {
		os.RemoveAll(filepath.Dir(file))
	}
	return code
}

// storeOptions are those of the demo's own file, which lives as long as the
// demo. It ends processes and not the machine's power, so syncing every write
// would only measure the disk.
var storeOptions = sqlite.Options{Synchronous: sqlite.Normal}
