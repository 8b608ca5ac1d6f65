package workertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Line is what a worker wrote down of what happened to it.
type Line struct {
	What, Worker, Generation string
	PID                      int
}

// Log is what the workers of a test's folder wrote down.
func Log(dir string) []Line {
	text, _ := os.ReadFile(filepath.Join(dir, "log"))
	var all []Line
	for l := range strings.Lines(string(text)) {
		var one Line
		if json.Unmarshal([]byte(l), &one) == nil {
			all = append(all, one)
		}
	}
	return all
}

// Until waits until what holds.
func Until(t *testing.T, dir, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("not within 20 s: %s\n%+v", what, Log(dir))
		case <-tick.C:
		}
	}
}
