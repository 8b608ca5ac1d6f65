package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// Forever is a time-out that never comes.
const Forever time.Duration = -1

// A Unit is what systemd does with the service that a process belongs to.
type Unit struct {
	Name         string
	StopTimeout  time.Duration // TimeoutStopSec; Forever: systemd waits as long as it takes
	KillMode     string
	KillSignal   int // 0: not known
	MainPID      int
	Type         string
	NotifyAccess string
	User         bool // the unit of a user's own systemd
}

// errNoUnit says that no systemd is there, or none that knows the process as a service.
var errNoUnit = fmt.Errorf("not a service of systemd")

// unit asks systemd about the service that the process belongs to, by systemctl(1).
func (s Subject) unit(ctx context.Context) (Unit, error) {
	name, user := s.service()
	if name == "" || !s.booted() {
		return Unit{}, errNoUnit
	}
	args := []string{"show", "--no-pager", "-p", "TimeoutStopUSec", "-p", "KillMode", "-p", "KillSignal", "-p", "MainPID", "-p", "Type", "-p", "NotifyAccess", "--", name}
	if user {
		args = append([]string{"--user"}, args...)
	}
	cmd := exec.CommandContext(ctx, "systemctl", args...)
	cmd.WaitDelay = 100 * time.Millisecond
	out, err := cmd.Output()
	if err != nil {
		return Unit{}, fmt.Errorf("ask systemctl about %s: %w", name, err)
	}
	u := Unit{Name: name, User: user}
	return u, u.read(string(out))
}

// booted says whether the first process is systemd (sd_booted(3)).
func (s Subject) booted() bool {
	if _, err := os.Stat(s.Root + "/run/systemd/system"); err != nil {
		return false
	}
	p, err := proc.Read(1)
	return err == nil && p.Name == "systemd"
}

// service is the name of the service whose control group the process is in.
func (s Subject) service() (name string, user bool) {
	unified, systemd := s.groups()
	if systemd == "" {
		systemd = unified
	}
	for dir := systemd; len(dir) > 1; dir = path.Dir(dir) {
		unit := path.Base(dir)
		if !strings.HasSuffix(unit, ".service") {
			continue
		}
		if strings.HasPrefix(unit, "user@") {
			return "", false // the user's systemd itself
		}
		return unit, strings.Contains(path.Dir(dir), "/user@")
	}
	return "", false
}

// read takes the answer of systemctl show.
func (u *Unit) read(text string) error {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		var err error
		switch name {
		case "TimeoutStopUSec":
			u.StopTimeout, err = parseSpan(value)
		case "KillMode":
			u.KillMode = value
		case "KillSignal":
			u.KillSignal, err = strconv.Atoi(value)
		case "MainPID":
			u.MainPID, err = strconv.Atoi(value)
		case "Type":
			u.Type = value
		case "NotifyAccess":
			u.NotifyAccess = value
		}
		if err != nil {
			return fmt.Errorf("read systemctl's answer, %s of %s: %w", name, u.Name, err)
		}
	}
	if u.StopTimeout == 0 {
		return fmt.Errorf("read systemctl's answer: no stop timeout of %s", u.Name)
	}
	return nil
}

// spans are the units of systemd.time(7), as systemctl prints them.
var spans = map[string]time.Duration{
	"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "min": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "month": 2629800 * time.Second, "y": 31557600 * time.Second,
}

// parseSpan reads a time as systemctl prints it: "1min 30s", "infinity".
func parseSpan(text string) (time.Duration, error) {
	if text == "infinity" {
		return Forever, nil
	}
	var sum time.Duration
	for _, word := range strings.Fields(text) {
		i := strings.IndexFunc(word, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if i < 0 {
			return 0, fmt.Errorf("%q is no time", text)
		}
		n, err := strconv.ParseFloat(word[:i], 64)
		unit, ok := spans[word[i:]]
		if err != nil || !ok {
			return 0, fmt.Errorf("%q is no time", text)
		}
		sum += time.Duration(n * float64(unit))
	}
	return sum, nil
}
