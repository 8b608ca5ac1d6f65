package redistest

import (
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// A line is one connection through a proxy.
type line struct {
	proxy          *Proxy
	client, server net.Conn
	once           sync.Once
	closed         chan struct{}

	mu    sync.Mutex
	asked []*Fault // of each command that waits for its reply, its fault or nil
}

// A reply is what a server said, on its way.
type reply struct {
	bytes []byte
	fault *Fault
	due   time.Time
}

func newLine(p *Proxy, client, server net.Conn) *line {
	return &line{proxy: p, client: client, server: server, closed: make(chan struct{})}
}

func (l *line) close() {
	l.once.Do(func() {
		close(l.closed)
		l.client.Close()
		l.server.Close()
	})
}

// run passes on both ways until the line is closed.
func (l *line) run() {
	replies := make(chan reply, 1024)
	var wg sync.WaitGroup
	for _, part := range []func(){l.commands, func() { l.replies(replies) }, func() { l.deliver(replies) }} {
		wg.Go(func() {
			defer l.close()
			part()
		})
	}
	wg.Wait()
}

// commands passes on what the client says.
func (l *line) commands() {
	in := newRESPReader(l.client)
	for {
		said, err := in.read()
		if err != nil {
			return
		}
		list, _ := said.([]any)
		command := words(list)
		fault := l.proxy.meets(command)
		if fault != nil && fault.cut != nil && !fault.cut.Reply {
			l.server.Write(in.raw[:fault.cut.part(len(in.raw))])
			l.close()
			fault.meet()
			return
		}
		if answered(command) {
			l.mu.Lock()
			l.asked = append(l.asked, fault)
			l.mu.Unlock()
		}
		if _, err := l.server.Write(in.raw); err != nil {
			return
		}
	}
}

// answered says whether a command has one reply. Those about channels have several, or
// pushes, which all pass; so on a connection of RESP2 that hears channels, whose messages
// look like replies, faults do not meet.
func answered(command []string) bool {
	return len(command) > 0 && !strings.HasSuffix(strings.ToUpper(command[0]), "SUBSCRIBE")
}

// replies takes what the server says.
func (l *line) replies(out chan<- reply) {
	in := newRESPReader(l.server)
	for {
		said, err := in.read()
		if err != nil {
			return
		}
		r := reply{bytes: slices.Clone(in.raw), due: time.Now().Add(l.proxy.late())}
		if _, is := said.(push); !is {
			r.fault = l.next()
		}
		select {
		case out <- r:
		case <-l.closed:
			return
		}
	}
}

// next is the fault of the command that is answered now.
func (l *line) next() *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asked) == 0 {
		return nil
	}
	fault := l.asked[0]
	l.asked = l.asked[1:]
	return fault
}

// deliver passes it on to the client, when it is time.
func (l *line) deliver(replies <-chan reply) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.closed:
			return
		case r := <-replies:
			if !l.wait(timer, r) {
				return
			}
			if r.fault != nil && r.fault.cut != nil && !r.fault.over() {
				l.client.Write(r.bytes[:r.fault.cut.part(len(r.bytes))])
				l.close()
				r.fault.meet()
				return
			}
			if _, err := l.client.Write(r.bytes); err != nil {
				return
			}
		}
	}
}

// wait waits until a reply is due and not held, and says whether there is still a line.
func (l *line) wait(timer *time.Timer, r reply) bool {
	if late := time.Until(r.due); late > 0 {
		timer.Reset(late)
		select {
		case <-timer.C:
		case <-l.closed:
			return false
		}
	}
	if r.fault == nil || r.fault.cut != nil {
		return true
	}
	r.fault.meet()
	select {
	case <-r.fault.ended:
	case <-l.closed:
		return false
	}
	return true
}
