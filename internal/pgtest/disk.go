package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A Disk is a small file system, which a test can fill.
type Disk struct{ folder string }

// NewDisk mounts a file system in memory for one test, which is so big ("64m"). Where
// that is not permitted the test is skipped with a word on it, or fails if
// TASUKI_TEST_ALL is set. Servers on it must be started behind it, and so end first.
func NewDisk(tb testing.TB, size string) *Disk {
	tb.Helper()
	folder, err := os.MkdirTemp("", "tasuki-disk-")
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() { os.Remove(folder) })
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", folder).CombinedOutput(); err != nil {
		missing := tb.Skipf
		if os.Getenv("TASUKI_TEST_ALL") != "" {
			missing = tb.Fatalf
		}
		missing("needs a disk of its own, as root: mount: %v: %s", err, out)
	}
	tb.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			tb.Errorf("pgtest: umount: %v: %s", err, out)
		}
	})
	return &Disk{folder}
}

// Folder is where it is mounted.
func (d *Disk) Folder() string { return d.folder }

func (d *Disk) ballast() string { return filepath.Join(d.folder, "ballast") }

// Fill takes all room that is left.
func (d *Disk) Fill(tb testing.TB) {
	tb.Helper()
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		tb.Fatalf("pgtest: %v", err)
	}
}

// Free gives back the room that Fill took.
func (d *Disk) Free(tb testing.TB) {
	tb.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
}
