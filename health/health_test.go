package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/health"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A patient is a worker that is as the test says.
type patient tasuki.Status

func (p patient) Status() tasuki.Status { return tasuki.Status(p) }

var well = patient{Worker: "w", Started: true, State: store.Working, Slots: 4, Busy: 4, Fresh: true, BeatAge: 1500 * time.Millisecond}

// serve is a server with the probes of workers.
func serve(t *testing.T, w health.Worker, more ...health.Worker) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(health.Handler(w, more...))
	t.Cleanup(s.Close)
	return s
}

// ask sends one request over loopback and answers what came back.
func ask(t *testing.T, method, url, accept string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// sick are all states in which a worker takes no jobs, with the reason.
func sick() map[string]patient {
	all := map[string]patient{}
	with := func(reason string, change func(*patient)) {
		p := well
		change(&p)
		all[reason] = p
	}
	with("not started", func(p *patient) { *p = patient{Worker: "w"} })
	with("quiet", func(p *patient) { p.State = store.Quiet })
	with("stopping", func(p *patient) { p.State = store.Stopping })
	with("leaving", func(p *patient) { p.State = store.Leaving })
	with("ended", func(p *patient) { p.Ended = true })
	with("the store answered no beat for 9.5s", func(p *patient) { p.Fresh, p.BeatAge = false, 9500*time.Millisecond })
	return all
}

func TestAWorkerThatClaimsAndBeatsIsReady(t *testing.T) {
	resp, body := ask(t, "GET", serve(t, well).URL+"/readyz", "")
	if resp.StatusCode != 200 || body != "ok\n" || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %q %v", resp.StatusCode, body, resp.Header)
	}
}

func TestAWorkerThatTakesNoJobsIsNotReadyAndSaysWhy(t *testing.T) {
	for reason, p := range sick() {
		url := serve(t, p).URL + "/readyz"
		if resp, body := ask(t, "GET", url, ""); resp.StatusCode != 503 || body != reason+"\n" {
			t.Errorf("%s: text %d %q", reason, resp.StatusCode, body)
		}
		resp, body := ask(t, "GET", url, "text/html, application/json;q=0.9")
		var got struct {
			OK      bool
			Reason  string
			Workers []struct {
				Name, Reason string
				OK           bool
			}
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || resp.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %v in %q %v", reason, err, body, resp.Header)
		}
		if resp.StatusCode != 503 || got.OK || got.Reason != reason || len(got.Workers) != 1 ||
			got.Workers[0].OK || got.Workers[0].Name != "w" || got.Workers[0].Reason != reason {
			t.Errorf("%s: JSON %d %s", reason, resp.StatusCode, body)
		}
	}
}

func TestAProcessIsAliveWhateverItsWorkersDo(t *testing.T) {
	all := sick()
	all["well"] = well
	for reason, p := range all {
		if resp, body := ask(t, "GET", serve(t, p).URL+"/livez", ""); resp.StatusCode != 200 || body != "ok\n" {
			t.Errorf("%s: %d %q", reason, resp.StatusCode, body)
		}
	}
}

func TestOneWorkerThatIsNotReadyIsEnough(t *testing.T) {
	quiet := well
	quiet.Worker, quiet.State = "second", store.Quiet
	resp, body := ask(t, "GET", serve(t, well, quiet, well).URL+"/readyz", "application/json")
	if resp.StatusCode != 503 || !strings.Contains(body, `"reason":"quiet"`) || strings.Count(body, `"ok":true`) != 2 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestHeadIsAnsweredAsGetAndOtherMethodsAreRefused(t *testing.T) {
	url := serve(t, well).URL
	for _, path := range []string{"/livez", "/readyz"} {
		if resp, body := ask(t, "HEAD", url+path, ""); resp.StatusCode != 200 || body != "" {
			t.Errorf("HEAD %s: %d %q", path, resp.StatusCode, body)
		}
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
			resp, _ := ask(t, method, url+path, "")
			if resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, resp.StatusCode, resp.Header.Get("Allow"))
			}
		}
	}
	if resp, _ := ask(t, "GET", url+"/", ""); resp.StatusCode != 404 {
		t.Errorf("/: %d, want 404", resp.StatusCode)
	}
}

func TestNoAnswerMayBeCached(t *testing.T) {
	quiet := well
	quiet.State = store.Quiet
	url := serve(t, quiet).URL
	for _, path := range []string{"/livez", "/readyz"} {
		if resp, _ := ask(t, "GET", url+path, ""); resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, resp.Header)
		}
	}
}

func TestJSONComesOnlyToWhoAcceptsIt(t *testing.T) {
	url := serve(t, well).URL + "/readyz"
	for accept, want := range map[string]string{
		"":                                "text/plain; charset=utf-8",
		"*/*":                             "text/plain; charset=utf-8",
		"application/json;q=0":            "text/plain; charset=utf-8",
		"application/json;q=0.0, */*":     "text/plain; charset=utf-8",
		"application/json":                "application/json",
		"text/plain, Application/JSON":    "application/json",
		"nonsense/;;, application/json":   "application/json",
		"application/json;q=0.1":          "application/json",
		"application/json-patch+json;q=1": "text/plain; charset=utf-8",
	} {
		if resp, _ := ask(t, "GET", url, accept); resp.Header.Get("Content-Type") != want {
			t.Errorf("Accept %q: %s, want %s", accept, resp.Header.Get("Content-Type"), want)
		}
	}
}

// away is a store that can go away.
type away struct {
	store.Store
	gone atomic.Bool
}

func (a *away) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	if a.gone.Load() {
		return store.BeatReply{}, errors.New("connection refused")
	}
	return a.Store.Beat(ctx, req)
}

// until asks again and again until the answer is this status, for ten seconds.
func until(t *testing.T, url string, status int) string {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for {
		resp, body := ask(t, "GET", url, "")
		if resp.StatusCode == status {
			return body
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s still answers %d %q, want %d", url, resp.StatusCode, body, status)
		}
	}
}

func TestAWorkerWhoseStoreIsAwayIsAliveAndNotReadyUntilItIsBack(t *testing.T) {
	st := &away{Store: memory.New(memory.Options{})}
	w, err := tasuki.New(st, tasuki.Config{Beat: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, w).URL
	if why := until(t, url+"/readyz", 503); why != "not started\n" {
		t.Errorf("before the start: %q", why)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, url+"/readyz", 200)
	st.gone.Store(true)
	if why := until(t, url+"/readyz", 503); !strings.Contains(why, "no beat for") {
		t.Errorf("without a store: %q", why)
	}
	until(t, url+"/livez", 200)
	st.gone.Store(false)
	until(t, url+"/readyz", 200)
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if why := until(t, url+"/readyz", 503); why != "ended\n" {
		t.Errorf("after the stop: %q", why)
	}
}

func TestABusyAndADrainingWorkerIsAlive(t *testing.T) {
	st, free, busy := memory.New(memory.Options{}), make(chan struct{}), make(chan struct{})
	kind := tasuki.NewKind[int]("long")
	w, err := tasuki.New(st, tasuki.Config{Slots: 1, Logger: slog.New(slog.DiscardHandler),
		Handlers: []tasuki.Handler{kind.Do(func(context.Context, int) error { close(busy); <-free; return nil })}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tasuki.Enqueue(t.Context(), st, kind.Job(1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-busy
	url := serve(t, w).URL
	if until(t, url+"/livez", 200); until(t, url+"/readyz", 200) != "ok\n" {
		t.Error("a busy worker is ready")
	}
	stopped := make(chan error)
	go func() { stopped <- w.Stop(context.Background()) }()
	if why := until(t, url+"/readyz", 503); why != "stopping\n" {
		t.Errorf("draining: %q", why)
	}
	until(t, url+"/livez", 200)
	close(free)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
