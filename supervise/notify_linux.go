package supervise

import (
	"context"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// hears is the socket on which one worker tells how it is (sd_notify(3)).
type hears struct {
	conn  *net.UnixConn
	path  string
	tell  func(map[string]string)
	over  context.CancelFunc
	ended chan struct{} // closed when listen has ended
	said  report        // all that was heard; listen owns it, then who ends it
}

// A worker is heard at most this often for long: 100 times a second. Of one that has ended
// no more is unread than a socket holds.
const (
	hearRest  = 10 * time.Millisecond
	hearBurst = 50
	hearMost  = 8192 // bytes at a time
	hearLast  = 1000
)

// hear opens it; said is what the worker said before. tell is called in a goroutine that ends
// with close, and by who calls last.
func hear(path string, said report, tell func(map[string]string)) (*hears, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	ctx, over := context.WithCancel(context.Background())
	h := &hears{conn: conn, path: path, tell: tell, over: over, ended: make(chan struct{}), said: said}
	go h.listen(ctx)
	return h, nil
}

func (h *hears) listen(ctx context.Context) {
	defer close(h.ended)
	text := make([]byte, hearMost)
	may := hearBurst
	for last := time.Now(); ; may-- {
		n, _, err := h.conn.ReadFromUnix(text)
		if err != nil {
			return
		}
		may = min(hearBurst, may+int(time.Since(last)/hearRest))
		if last = time.Now(); may <= 0 {
			loop.Rest(ctx, hearRest) // if that is cut short, this one is heard all the same
		}
		h.take(string(text[:n]))
	}
}

// take hears a message.
func (h *hears) take(text string) {
	said := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			said[name] = value
		}
	}
	h.said = h.said.heard(said)
	h.tell(said)
}

// last hears what a worker that has ended said and nobody has read yet, and answers all that
// it said.
func (h *hears) last() report {
	h.over()
	h.conn.SetReadDeadline(time.Now())
	<-h.ended
	raw, err := h.conn.SyscallConn()
	if err != nil {
		return h.said
	}
	raw.Control(func(fd uintptr) {
		text := make([]byte, hearMost)
		for range hearLast {
			n, _, err := unix.Recvfrom(int(fd), text, unix.MSG_DONTWAIT)
			if err != nil {
				return
			}
			h.take(string(text[:n]))
		}
	})
	return h.said
}

// close ends it. The socket stays in the directory only for who is not the owner.
func (h *hears) close() {
	h.over()
	h.conn.Close()
	os.Remove(h.path)
}

// heard is a report after a message.
func (r report) heard(said map[string]string) report {
	for name, value := range said {
		n, err := strconv.ParseInt(value, 10, 64)
		number := err == nil && n >= 0
		switch {
		case name == "READY" && value == "1":
			r.Ready = true
		case name == "STOPPING" && value == "1":
			r.Stopped = true
		case name == "STATUS":
			r.Status = value
		case name == "X_TASUKI_WORKER":
			r.Name = value
		case name == "X_TASUKI_STATE":
			r.State = value
		case name == "X_TASUKI_BUSY" && number:
			r.Busy = int(n)
		case name == "X_TASUKI_HELD" && number:
			r.Held = int(n)
		case name == "X_TASUKI_DONE" && number:
			r.Done = n
		}
	}
	return r
}
