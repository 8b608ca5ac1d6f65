package control

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// systemd is told how the supervisor is (sd_notify(3)). Without it nothing is sent.
type systemd struct {
	log      *slog.Logger
	on       bool
	watchdog time.Duration // how often it wants to hear that the loop turns; 0: never

	mu     sync.Mutex // owns what follows
	ready  bool
	last   string // the last STATUS
	alive  time.Time
	asked  time.Time // when time was asked for last
	failed bool
}

const (
	extendEvery = time.Second
	extendBy    = 5 * time.Second
)

func newSystemd(log *slog.Logger) *systemd {
	return &systemd{log: log, on: os.Getenv("NOTIFY_SOCKET") != "", watchdog: host.Watchdog()}
}

// tell says what has changed.
func (n *systemd) tell(st *supervise.Status) {
	if !n.on {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var lines []string
	if !n.ready && st.Settled() && works(st) {
		n.ready = true
		lines = append(lines, "READY=1", fmt.Sprintf("MAINPID=%d", os.Getpid()))
	}
	now := time.Now()
	stops := st.State == supervise.Stopping
	if text := lineOf(st); text != n.last {
		n.last = text
		lines = append(lines, "STATUS="+text)
		if stops {
			lines = append(lines, "STOPPING=1")
		}
	}
	if n.watchdog > 0 && now.Sub(n.alive) >= min(n.watchdog, extendEvery) {
		n.alive = now
		lines = append(lines, "WATCHDOG=1")
	}
	if (stops || !n.ready && !st.Settled()) && now.Sub(n.asked) >= extendEvery {
		n.asked = now
		lines = append(lines, fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", extendBy.Microseconds()))
	}
	n.send(lines)
}

// reloading says that a restart begins, reloaded that it has ended, well or not.
func (n *systemd) reloading() {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send([]string{"RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1000)})
}

func (n *systemd) reloaded() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send([]string{"READY=1"})
}

// send sends lines; the caller holds mu.
func (n *systemd) send(lines []string) {
	if !n.on || len(lines) == 0 {
		return
	}
	if err := host.Notify(strings.Join(lines, "\n")); err != nil && !n.failed {
		n.failed = true
		n.log.Warn("systemd was not told how the supervisor is", slog.Any("error", err))
	}
}

// works says whether any worker does.
func works(st *supervise.Status) bool {
	return slices.ContainsFunc(st.Slots, func(s supervise.SlotStatus) bool { return s.Works() })
}

// lineOf is a status in one line.
func lineOf(s *supervise.Status) string {
	working, ends, jobs := 0, 0, 0
	for _, w := range s.Living() {
		switch w.State {
		case "working":
			working++
		case "starting":
		default:
			ends++
		}
		if w.Busy != nil {
			jobs += *w.Busy
		}
	}
	text := fmt.Sprintf("%d of %d workers work", working, s.Want)
	if s.State == supervise.Stopping {
		text = fmt.Sprintf("stopping: %d workers still end", len(s.Living()))
	} else if ends > 0 {
		text += fmt.Sprintf(", %d of the last version end", ends)
	}
	if jobs > 0 {
		text += fmt.Sprintf(", %d jobs run", jobs)
	}
	if len(s.Why) > 0 {
		text += "; " + s.Why[0].What
	}
	return strings.ReplaceAll(text, "\n", " ")
}
