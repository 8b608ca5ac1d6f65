package supervise_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// dead is a process that has ended.
func dead(t *testing.T) host.Identity {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := host.Of(cmd.Process.Pid)
	if err != nil {
		t.Skipf("this system does not tell who a process is (%v)", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	return id
}

// held has a worker on a process in a store, with one job that it runs.
func held(t *testing.T, name string, id host.Identity) (*memory.Store, string) {
	t.Helper()
	st := memory.New(memory.Options{})
	w := store.Worker{Name: name, Beat: 1, State: store.Working, Process: store.Process{Host: id.Host, PID: id.PID, Boot: id.Boot, Space: id.Space, Start: id.Start}}
	if _, err := st.Beat(t.Context(), store.BeatRequest{Worker: w}); err != nil {
		t.Fatal(err)
	}
	added, err := st.Enqueue(t.Context(), []store.Job{{ID: store.NewID(), Kind: "k", Queue: "default", Args: []byte("{}")}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := st.Claim(t.Context(), store.ClaimRequest{Worker: name, Token: store.NewToken(), Max: 1, Kinds: []string{"k"}, Queues: []store.QueueWant{{Name: "default"}}})
	if err != nil || len(got.Jobs) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return st, added[0].ID
}

func stateIn(t *testing.T, st store.Store, id string) store.Record {
	t.Helper()
	page, err := st.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil || len(page.Jobs) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	return page.Jobs[0]
}

func TestTheJobsOfADeadWorkerAreReleasedWithTheReason(t *testing.T) {
	for _, name := range []string{"a-name-of-its-own", ""} {
		id := dead(t)
		if name == "" {
			name = id.Host + ":1:nonce"
		}
		st, job := held(t, name, id)
		n, err := supervise.Releaser{Store: st}.Died(t.Context(), supervise.Death{Process: id, Why: "killed by signal 9 (OOM: yes) after 3s"})
		if n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		rec := stateIn(t, st, job)
		if rec.State != store.Ready || rec.Deaths != 1 || len(rec.Journal) != 1 || !strings.Contains(rec.Journal[0].Why, "killed by signal 9 (OOM: yes) after 3s") {
			t.Errorf("%+v", rec)
		}
	}
}

func TestAWorkerThatLivesIsNotReleasedThoughAProgramInFrontOfItDied(t *testing.T) {
	me := host.Self()
	st, job := held(t, "me", me)
	n, err := supervise.Releaser{Store: st}.Died(t.Context(), supervise.Death{Process: dead(t), Name: "me"})
	if n != 0 || err != nil || stateIn(t, st, job).State != store.Running {
		t.Errorf("%d, %v, %s", n, err, stateIn(t, st, job).State)
	}
}

func TestAWorkerThatTheStoreDoesNotKnowIsNoError(t *testing.T) {
	n, err := supervise.Releaser{Store: memory.New(memory.Options{})}.Died(t.Context(), supervise.Death{Process: dead(t), Lived: time.Second})
	if n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// A late is a store in which a last beat comes in between two looks.
type late struct {
	*memory.Store
	w store.Worker
}

func (l *late) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	if l.w.Name != "" {
		l.Store.Beat(ctx, store.BeatRequest{Worker: l.w})
		l.w.Name = ""
	}
	return l.Store.Release(ctx, req)
}

func TestABeatThatComesInAfterTheDeathDelaysTheReleaseToTheNextTry(t *testing.T) {
	id := dead(t)
	st, job := held(t, "w", id)
	all, _ := st.Workers(t.Context(), store.WorkersRequest{})
	w := all[0]
	w.Beat = 2
	r := supervise.Releaser{Store: &late{st, w}}
	if n, err := r.Died(t.Context(), supervise.Death{Process: id}); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := r.Died(t.Context(), supervise.Death{Process: id}); n != 1 || err != nil || stateIn(t, st, job).State == store.Running {
		t.Errorf("%d, %v", n, err)
	}
}
