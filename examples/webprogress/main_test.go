package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// An event is one that a browser hears.
type event struct {
	name string
	Status
}

// listen reads a stream's events until it ends.
func listen(t *testing.T, body io.Reader, heard func(event)) {
	t.Helper()
	var e event
	for lines := bufio.NewScanner(body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			e.name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Status); err != nil {
				t.Errorf("data %q: %v", value, err)
			}
		case "":
			heard(e)
		default:
			t.Errorf("line %q", lines.Text())
		}
	}
}

// get opens a stream.
func get(t *testing.T, ctx context.Context, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// post asks for a report and answers where its events are.
func post(t *testing.T, site string) string {
	t.Helper()
	answer, err := http.Post(site+"/reports", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted || !strings.HasPrefix(answer.Header.Get("Location"), "/reports/") {
		t.Fatalf("%s, Location %q", answer.Status, answer.Header.Get("Location"))
	}
	return site + answer.Header.Get("Location")
}

func TestAReportIsMadePageByPageAcrossADeploy(t *testing.T) {
	run := tasukitest.Run(t, maker(0), reports.Job(Report{Pages: 9}), tasukitest.StopBefore("each", 5)).Want(store.Ready)
	if run.Progress != (store.Progress{Done: 4, Total: 9}) {
		t.Errorf("progress %+v", run.Progress)
	}
	run.Resume().Want(store.Done)
}

func TestAPostEnqueuesAReport(t *testing.T) {
	st := memory.New(memory.Options{})
	server := httptest.NewServer((&site{jobs: st, look: time.Millisecond}).routes())
	defer server.Close()
	post(t, server.URL)
	tasukitest.WasEnqueued(t, tasukitest.Jobs(t, st), reports, Report{Pages: 100})
}

func TestAnUnknownReportIsNotFound(t *testing.T) {
	server := httptest.NewServer((&site{jobs: memory.New(memory.Options{}), look: time.Millisecond}).routes())
	defer server.Close()
	if answer := get(t, t.Context(), server.URL+"/reports/x/events"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("%s", answer.Status)
	}
}

func TestAStreamTellsEveryStateAndEndsWithTheJob(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{maker(0)}})
	server := httptest.NewServer((&site{jobs: box.Store, look: time.Millisecond}).routes())
	defer server.Close()
	url := post(t, server.URL)
	var heard []event
	listen(t, get(t, t.Context(), url).Body, func(e event) {
		if heard = append(heard, e); len(heard) == 1 {
			box.Run(tasukitest.StopBefore("each", 58)) // a deploy while somebody listens
		}
	})
	last := len(heard) - 1
	if heard[0] != (event{"status", Status{store.Ready, 0, 0}}) || heard[last] != (event{"end", Status{store.Done, 100, 100}}) {
		t.Errorf("heard %v", heard)
	}
}

func TestAStreamEndsWhenNobodyListens(t *testing.T) {
	st := memory.New(memory.Options{})
	ended := make(chan struct{})
	routes := (&site{jobs: st, look: time.Hour}).routes()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		routes.ServeHTTP(w, r)
		if r.Method == http.MethodGet {
			close(ended)
		}
	}))
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	answer := get(t, ctx, post(t, server.URL))
	if _, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	leave()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the stream goes on")
	}
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheProgramStopsUnderAListenerAndGoesOn(t *testing.T) {
	dir, address := t.TempDir(), free(t)
	up := func() bool {
		answer, err := http.Get("http://" + address)
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	}
	first := program.Start(t, dir, "LISTEN="+address)
	program.Await(t, "the server", up)
	url := post(t, "http://"+address)
	var before Status
	var said string
	listen(t, get(t, t.Context(), url).Body, func(e event) {
		if before = e.Status; before.Done >= 10 && before.Done < 20 {
			said = first.Stop()
		}
	})
	if strings.Contains(said, "stop the web server") {
		t.Errorf("the stream held up the stop:\n%s", said)
	}
	if before.State.Ended() {
		t.Fatalf("the stream ended with %+v", before)
	}
	program.Start(t, dir, "LISTEN="+address)
	program.Await(t, "the server again", up)
	var after []event
	listen(t, get(t, t.Context(), url).Body, func(e event) { after = append(after, e) })
	if len(after) == 0 || after[0].Done < before.Done || after[len(after)-1] != (event{"end", Status{store.Done, 100, 100}}) {
		t.Errorf("before the stop %+v, after it %v", before, after)
	}
}
