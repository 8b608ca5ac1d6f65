package ecs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/ecs"
)

// standIn is ECS' agent as far as this package speaks with it: strict with fields, as the
// real one. answer, if set, answers in its place.
func standIn(t *testing.T, answer http.HandlerFunc) (agent *ecs.Agent, asked func() []string) {
	t.Helper()
	seen := make(chan string, 100)
	serve := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- r.Method + " " + r.URL.Path + " " + string(body)
		if answer != nil {
			answer(w, r)
			return
		}
		var req struct {
			ProtectionEnabled *bool
			ExpiresInMinutes  *int64
		}
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.DisallowUnknownFields()
		if err := d.Decode(&req); err != nil || req.ProtectionEnabled == nil {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":{"Code":"InvalidParameterException","Message":"failed to decode request"}}`)
			return
		}
		fmt.Fprintf(w, `{"protection":{"ProtectionEnabled":%v,"TaskArn":"arn:aws:ecs:x"}}`, *req.ProtectionEnabled)
	}
	server := httptest.NewServer(http.HandlerFunc(serve))
	t.Cleanup(server.Close)
	agent, err := ecs.NewAgent(server.URL + "/api/id-1")
	if err != nil {
		t.Fatal(err)
	}
	return agent, func() (all []string) {
		for len(seen) > 0 {
			all = append(all, <-seen)
		}
		return all
	}
}

func TestTheAgentIsAskedInItsOwnWords(t *testing.T) {
	agent, asked := standIn(t, nil)
	if err := agent.Protect(t.Context(), 20*time.Minute); err != nil {
		t.Error(err)
	}
	if err := agent.Unprotect(t.Context()); err != nil {
		t.Error(err)
	}
	want := `PUT /api/id-1/task-protection/v1/state {"ProtectionEnabled":true,"ExpiresInMinutes":20}|PUT /api/id-1/task-protection/v1/state {"ProtectionEnabled":false}`
	if got := strings.Join(asked(), "|"); got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
}

func TestAnAnswerThatIsNoProtectionIsAnError(t *testing.T) {
	for _, c := range []struct {
		status  int
		body    string
		refused bool
		says    string
	}{
		{200, `{"failure":{"Arn":"a","Reason":"TASK_NOT_VALID","Detail":null}}`, true, "only tasks of a service"},
		{400, `{"error":{"Code":"AccessDeniedException","Message":"User x is not authorized"}}`, true, "ecs:UpdateTaskProtection"},
		{403, `{"error":{"Code":"AccessDeniedException","Message":"no task IAM role credentials"}}`, true, "ecs:UpdateTaskProtection"},
		{404, `not found`, true, "404"},
		{400, `{"error":{"Code":"ThrottlingException","Message":"Rate exceeded"}}`, false, "Rate exceeded"},
		{429, ``, false, "429"},
		{500, `{"error":{"Code":"ServerException","Message":"oops"}}`, false, "oops"},
		{504, `{"error":{"Code":"RequestCanceled","Message":"Timed out calling ECS"}}`, false, "Timed out"},
		{200, `{"protection":{"ProtectionEnabled":false}}`, false, "although true was asked for"},
		{200, `{}`, true, "no answer that is understood"},
		{200, `<html>`, true, "no answer that is understood"},
	} {
		agent, _ := standIn(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		err := agent.Protect(t.Context(), time.Minute)
		if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, ecs.ErrRefused) != c.refused {
			t.Errorf("%d %s: %v; want %q, refused %v", c.status, c.body, err, c.says, c.refused)
		}
	}
}

func TestAnAgentThatDoesNotAnswerIsWaitedForNoLongerThanAllowed(t *testing.T) {
	until := make(chan struct{})
	agent, _ := standIn(t, func(http.ResponseWriter, *http.Request) { <-until })
	defer close(until)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := agent.Protect(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ecs.ErrRefused) {
		t.Errorf("%v", err)
	}
}

// raw is an agent that answers with these bytes and hangs up.
func raw(t *testing.T, bytes string) *ecs.Agent {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, bytes)
			conn.Close()
		}
	}()
	agent, err := ecs.NewAgent("http://" + l.Addr().String() + "/api")
	if err != nil {
		t.Fatal(err)
	}
	return agent
}

func TestWhatIsNoWholeAnswerIsNotBelieved(t *testing.T) {
	ok := `{"protection":{"ProtectionEnabled":true}}`
	for _, bytes := range []string{
		"", "SSH-2.0-x\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.0 two OK\r\n\r\n" + ok,
		"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n" + ok,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + ok,
		"HTTP/1.0 200 OK\r\n\r\n" + ok[:20],
	} {
		if err := raw(t, bytes).Protect(t.Context(), time.Minute); err == nil {
			t.Errorf("%q is taken for a protection", bytes)
		}
	}
	if err := raw(t, "HTTP/1.0 200 OK\r\ncontent-length: 41\r\n\r\n"+ok).Protect(t.Context(), time.Minute); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	for _, uri := range []string{"", "https://169.254.170.2/api", "169.254.170.2", "http://", "http:///api", "http://a b/", "http://a/\r\nX: y"} {
		if _, err := ecs.NewAgent(uri); err == nil {
			t.Errorf("%q is taken", uri)
		}
	}
	for _, uri := range []string{"http://169.254.170.2/api/x", "http://127.0.0.1:51679/api/x/", "http://[fd00:ec2::2]/api", "http://localhost"} {
		if _, err := ecs.NewAgent(uri); err != nil {
			t.Error(err)
		}
	}
}
