package tasuki_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A taskAgent stands in for ECS' agent: it notes what it was asked, and is as strict.
type taskAgent struct {
	mu    sync.Mutex
	asked []string
	at    []time.Time

	worker []string // what workers are started through, so that they are in its task
}

func (a *taskAgent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ProtectionEnabled *bool
		ExpiresInMinutes  *int64
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil || req.ProtectionEnabled == nil || r.URL.Path != "/api/1/task-protection/v1/state" {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":{"Code":"InvalidParameterException","Message":"no"}}`)
		return
	}
	a.mu.Lock()
	a.asked, a.at = append(a.asked, fmt.Sprint(*req.ProtectionEnabled)), append(a.at, time.Now())
	a.mu.Unlock()
	fmt.Fprintf(w, `{"protection":{"ProtectionEnabled":%v}}`, *req.ProtectionEnabled)
}

func (a *taskAgent) calls() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.asked, " ")
}

func onECS(t *testing.T) *taskAgent {
	t.Helper()
	a := &taskAgent{}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.worker = []string{"env", "ECS_AGENT_URI=" + server.URL + "/api/1"}
	return a
}

func TestProcessProtectsItsTaskWhileAJobRunsThatCannotBeHandedOver(t *testing.T) {
	t.Parallel()
	agent := onECS(t)
	st, path := file(t)
	// None of these holds anything: one is short, the other can be handed over.
	enqueued(t, st, append(ledgers(1, steps{N: 1000, Each: 10 * time.Millisecond}), noteKind.Job(1))...)
	p := workerBy(t, path, agent.worker)
	p.await("item", 600)
	if calls := agent.calls(); calls != "" {
		t.Errorf("the agent was asked %q", calls)
	}
	enqueued(t, st, stubbornKind.Job(9*time.Second))
	ran := p.await("run", 2).at
	eventually(t, "the task is protected", func() bool { return agent.calls() == "true" })
	if d := agent.at[0].Sub(ran); d < 3*time.Second || d > 30*time.Second {
		t.Errorf("it was protected after %v, want 5 s", d)
	}
	p.signal(syscall.SIGTERM)
	p.awaitLog("stopping")
	if calls := agent.calls(); calls != "true" {
		t.Errorf("during the stop the agent was asked %q", calls)
	}
	at, code := p.exit()
	if calls := agent.calls(); calls != "true false" || code != 0 {
		t.Fatalf("exit %d, the agent was asked %q", code, calls)
	}
	if d := at.Sub(ran); d < 9*time.Second || agent.at[1].Sub(ran) < 9*time.Second {
		t.Errorf("the protection ended %v after the job began, the worker %v", agent.at[1].Sub(ran), d)
	}
}

func TestProcessLeavesTheTaskToItsSupervisor(t *testing.T) {
	agent := onECS(t)
	t.Setenv("TASUKI_SLOT", "a")
	st, path := file(t)
	e := listen(t, t.TempDir()+"/s")
	enqueued(t, st, stubbornKind.Job(7*time.Second))
	p := workerBy(t, path, agent.worker)
	e.until("X_TASUKI_HELD=1")
	e.until("X_TASUKI_HELD=0", "X_TASUKI_DONE=1")
	p.signal(syscall.SIGTERM)
	if p.exit(); agent.calls() != "" {
		t.Errorf("the agent was asked %q", agent.calls())
	}
}

func TestProcessEndsInTimeThoughTheAgentHangs(t *testing.T) {
	t.Parallel()
	until := make(chan struct{})
	asked := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-until }))
	t.Cleanup(func() { close(until); server.Close() })
	st, path := file(t)
	jobs := []store.Job{stubbornKind.Job(6 * time.Second)}
	enqueued(t, st, jobs...)
	p := workerBy(t, path, []string{"env", "ECS_AGENT_URI=" + server.URL + "/api/1"})
	<-asked
	began := p.signal(syscall.SIGTERM)
	at, code := p.exit()
	if took := at.Sub(began); took > 15*time.Second || code != 0 {
		t.Errorf("exit %d after %v", code, took)
	}
	if r := record(t, st, jobs[0].ID); r != nil && r.State != store.Done {
		t.Errorf("the job is %s", r.State)
	}
}
