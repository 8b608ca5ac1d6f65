// Package ecs protects the task that a process runs in from scale-in and deployments,
// through the endpoint that ECS' agent has for its own containers.
package ecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// An Agent is the endpoint of ECS' agent, as ECS_AGENT_URI names it.
type Agent struct {
	host string // with its port
	path string
}

// NewAgent reads the value of ECS_AGENT_URI, such as http://169.254.170.2/api/ID. The agent
// is spoken to without TLS, as all of a container's metadata.
func NewAgent(uri string) (*Agent, error) {
	rest, plain := strings.CutPrefix(uri, "http://")
	host, path, _ := strings.Cut(strings.TrimRight(rest, "/"), "/")
	if !plain || host == "" || strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, fmt.Errorf("ECS_AGENT_URI %q is no http address", uri)
	}
	if path != "" {
		path = "/" + path
	}
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(strings.Trim(host, "[]"), "80")
	}
	return &Agent{host: host, path: path + "/task-protection/v1/state"}, nil
}

// request is what the agent takes; it refuses any other field.
type request struct {
	ProtectionEnabled bool
	ExpiresInMinutes  int `json:",omitzero"`
}

// reply is what it answers, with one of these; a failure comes with status 200.
type reply struct {
	Protection *struct{ ProtectionEnabled bool } `json:"protection"`
	Failure    *struct{ Reason, Detail string }  `json:"failure"`
	Error      *struct{ Code, Message string }   `json:"error"`
}

// ErrRefused is an answer that will be the same the next time, until somebody changes
// rights or the task.
var ErrRefused = errors.New("refused")

// Protect protects the task for so long, in whole minutes from 1 to 2,880; Unprotect, and
// the end of that time, take it back.
func (a *Agent) Protect(ctx context.Context, d time.Duration) error {
	return a.put(ctx, request{ProtectionEnabled: true, ExpiresInMinutes: max(1, int(d/time.Minute))})
}

// Unprotect lets the task be stopped again.
func (a *Agent) Unprotect(ctx context.Context) error { return a.put(ctx, request{}) }

func (a *Agent) put(ctx context.Context, what request) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	status, answer, err := put(ctx, a.host, a.path, body)
	if err != nil {
		return fmt.Errorf("ask the ECS agent: %w", err)
	}
	var r reply
	bad := json.Unmarshal(answer, &r)
	switch {
	case r.Error != nil:
		return refusal(status, r.Error.Code, r.Error.Message)
	case r.Failure != nil:
		return refusal(status, r.Failure.Reason, r.Failure.Detail)
	case status != 200 || bad != nil || r.Protection == nil:
		return refusal(status, "no answer that is understood", string(answer[:min(len(answer), 200)]))
	case r.Protection.ProtectionEnabled != what.ProtectionEnabled:
		return fmt.Errorf("ask the ECS agent: protection is %v although %v was asked for", r.Protection.ProtectionEnabled, what.ProtectionEnabled)
	}
	return nil
}

// refusal is the error of an answer. Who is throttled or meets a fault of the agent's may
// try again soon.
func refusal(status int, code, message string) error {
	err := fmt.Errorf("the ECS agent answers %d: %s: %s%s", status, code, message, hint(code))
	if status == 429 || status >= 500 || code == "ThrottlingException" || code == "ServerException" {
		return err
	}
	return fmt.Errorf("%w: %w", ErrRefused, err)
}

func hint(code string) string {
	switch code {
	case "AccessDeniedException":
		return " (hint: the task's role needs ecs:UpdateTaskProtection on its own task)"
	case "TASK_NOT_VALID":
		return " (hint: only tasks of a service can be protected)"
	}
	return ""
}
