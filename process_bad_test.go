package tasuki_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// failing starts a worker that cannot start and answers what it said.
func failing(t *testing.T, path string) (code int, said string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+path)
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the worker started and ended well:\n%s", out)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func wantHint(t *testing.T, code int, said string, words ...string) {
	t.Helper()
	t.Logf("exit %d: %s", code, said)
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	for _, w := range append(words, "hint:") {
		if !strings.Contains(said, w) {
			t.Errorf("it does not say %q:\n%s", w, said)
		}
	}
}

func TestProcessOnAFileThatIsNoDatabaseEndsWithAHint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is a letter to my aunt\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := failing(t, path)
	wantHint(t, code, said, path)
}

func TestProcessOnAFileInAMissingFolderEndsWithAHint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "such", "jobs.db")
	code, said := failing(t, path)
	wantHint(t, code, said, path)
}

// mounted mounts something on a new folder until the test's end.
func mounted(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("mount", append(args, dir)...).CombinedOutput()
	needs(t, err == nil, "mount "+strings.Join(args, " ")+": "+string(out))
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return dir
}

func TestProcessOnAReadOnlyDiskEndsWithAHint(t *testing.T) {
	st, path := file(t)
	st.Close()
	dir := mounted(t, "--bind", filepath.Dir(path))
	if out, err := exec.Command("mount", "-o", "remount,ro,bind", dir).CombinedOutput(); err != nil {
		needs(t, false, "remount read-only: "+string(out))
	}
	code, said := failing(t, filepath.Join(dir, "jobs.db"))
	wantHint(t, code, said, "jobs.db")
}

func TestProcessWhoseDiskIsFullLivesAndRecordsWhenThereIsRoom(t *testing.T) {
	dir := mounted(t, "-t", "tmpfs", "-o", "size=2m", "tmpfs")
	st, path := fileIn(t, dir)
	jobs := []store.Job{holdKind.Job(1, tasuki.Keep(time.Hour))}
	enqueued(t, st, jobs...)
	p := worker(t, path, "-t", "3")
	p.await("run", 1)
	filler := filepath.Join(dir, "filler")
	fill, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := make([]byte, 4096); ; {
		if _, err := fill.Write(chunk); err != nil {
			break // no space left
		}
	}
	fill.Close()
	st.Close() // its share of the room, too
	p.awaitLog("beat failed")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.awaitLog("the store answers again")
	began := p.signal(syscall.SIGTERM)
	at, code := p.exit()
	if code != 0 || at.Sub(began) > 3*time.Second {
		t.Errorf("exit %d after %v", code, at.Sub(began))
	}
	r := wantState(t, p.store(), jobs[0].ID, store.Ready)
	if r.Attempts != 0 || r.Interruptions != 1 {
		t.Errorf("%d attempts, %d interruptions; want 0 and 1", r.Attempts, r.Interruptions)
	}
}

func TestProcessWhoseStoreFileIsDeletedEndsWithTheReason(t *testing.T) {
	_, path := file(t)
	p := worker(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, code := p.exit()
	if code != 1 || !strings.Contains(p.log.String(), "the store is gone") {
		t.Errorf("exit %d, want 1 and the reason:\n%s", code, p.log)
	}
}

func TestProcessLeavesARowOfANewerVersionAlone(t *testing.T) {
	st, path := file(t)
	newer, ours := noteKind.Job(1), noteKind.Job(2)
	enqueued(t, st, newer)
	if _, err := st.DB().Exec(`UPDATE tasuki_lanes SET format = ? WHERE kind = 'note'`, store.Format+1); err != nil {
		t.Fatal(err)
	}
	enqueued(t, st, ours)
	p := worker(t, path)
	if l := p.await("run", 1); l.job != ours.ID {
		t.Errorf("it ran %s", l.job)
	}
	r := wantState(t, st, newer.ID, store.Ready)
	if r.Format != store.Format+1 || r.Attempts != 0 {
		t.Errorf("record %+v", r)
	}
}

func TestProcessWithABadFlagOrVariableEndsWithUsage(t *testing.T) {
	_, path := file(t)
	for _, c := range []struct{ given, want string }{
		{"-t=soon", "-t"}, {"-c=0", "-c"}, {"-c=200000", "-c"}, {"-q=,3", "-q"}, {"-q=a -q=a", "-q"}, {"-x", "-x"}, {"extra", "extra"},
		{"TASUKI_TIMEOUT=soon", "TASUKI_TIMEOUT"}, {"TASUKI_CONCURRENCY=many", "TASUKI_CONCURRENCY"}, {"TASUKI_QUEUES=a,x", "TASUKI_QUEUES"},
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childStore+"="+path)
		if strings.HasPrefix(c.given, "TASUKI") {
			cmd.Env = append(cmd.Env, c.given)
		} else {
			cmd.Args = append(cmd.Args, strings.Fields(c.given)...)
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		cmd.Run()
		text := said.String()
		if code := cmd.ProcessState.ExitCode(); code != tasuki.ExitUsage || !strings.HasPrefix(text, c.want) && !strings.Contains(text, " "+c.want) && !strings.Contains(text, `"`+c.want) ||
			!strings.Contains(text, "hint:") || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d, want %d and one line with a hint; it said:\n%s", c.given, code, tasuki.ExitUsage, text)
		}
	}
}
