//go:build linux

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// topOn starts top on a terminal, on a store with one job.
func topOn(t *testing.T, cols, lines uint16) *terminal {
	t.Helper()
	file := filepath.Join(t.TempDir(), "jobs.db")
	must(t, "tasuki", "enqueue", "mail", "--store", file)
	must(t, "tasuki", "deploy", "mark", "v42", "--store", file)
	return onTerminal(t, cols, lines, "tasuki", "top", "--interval", "100ms", "--store", file)
}

const (
	altOn  = "\x1b[?1049h"
	altOff = "\x1b[?1049l"
)

func TestTopDrawsOnAScreenOfItsOwnAndGivesTheOldOneBack(t *testing.T) {
	p := topOn(t, 80, 24)
	p.shows(0, `deploy v42`)
	p.shows(0, `q quit`)
	p.types("q")
	if got := p.exits(); got != 0 {
		t.Errorf("exit code %d", got)
	}
	out := p.output()
	if on, off := strings.Index(out, altOn), strings.LastIndex(out, altOff); on < 0 || off < on {
		t.Errorf("the old screen does not come back: %q", out)
	}
	if !strings.Contains(out, "\x1b[?25h") {
		t.Errorf("the cursor does not come back: %q", out)
	}
}

func TestTopDrawsAnewAtAnotherSize(t *testing.T) {
	p := topOn(t, 40, 10)
	at := p.shows(0, `q quit`)
	p.resize(200, 50)
	p.shows(at, `looking|WAITS|no jobs run`)
	p.types("q")
	p.exits()
}

func TestCtrlCEndsTopAsASignal(t *testing.T) {
	p := topOn(t, 80, 24)
	p.shows(0, `q quit`)
	p.types("\x03")
	if got := p.exits(); got != 130 {
		t.Errorf("exit code %d, want 130", got)
	}
	if !strings.Contains(p.output(), altOff) {
		t.Error("the old screen does not come back")
	}
}

// What did not change is not drawn again, and the screen is never cleared.
func TestTopDoesNotFlicker(t *testing.T) {
	p := topOn(t, 80, 24)
	at := p.shows(0, `q quit`)
	at = p.shows(at, `[0-9]s`) // a later look
	at = p.shows(at, `[0-9]s`)
	p.shows(at, `[0-9]s`)
	later := p.output()[at:]
	p.types("q")
	p.exits()
	if regexp.MustCompile(`\x1b\[[0-3]?J|QUEUE|deploy`).MatchString(later) {
		t.Errorf("a screen of which only ages changed is drawn again: %q", later)
	}
}
