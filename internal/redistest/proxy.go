package redistest

import (
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// A Proxy is a way to a server that has faults on demand. It reads what goes through,
// so it is for servers without TLS. Its methods may be called at once.
type Proxy struct {
	server  *Server
	address string
	wg      sync.WaitGroup

	mu       sync.Mutex // owns what follows
	listener net.Listener
	lines    map[*line]bool
	faults   []*Fault
	delay    time.Duration
	stopped  bool
}

// StartProxy opens a way to a server.
func StartProxy(s *Server) (*Proxy, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &Proxy{server: s, address: loopback(port), lines: map[*line]bool{}}
	return p, p.Accept()
}

// Proxy opens a way to the server for one test.
func (s *Server) Proxy(tb testing.TB) *Proxy {
	tb.Helper()
	p, err := StartProxy(s)
	return owned(tb, p, err)
}

// Addr is where it listens.
func (p *Proxy) Addr() string { return p.address }

// URL is the address of a database by this way, for the default user.
func (p *Proxy) URL(db int) string { return p.server.urlBy(p.address, db) }

// Cut has one connection break, once.
func (p *Proxy) Cut(c Cut) *Fault { return p.add(newFault(c.At, &c)) }

// Hold keeps back the replies to commands of which at answers true (nil: all), and what
// comes behind them on their connections, until the fault ends. The server does what
// it is told meanwhile.
func (p *Proxy) Hold(at func(command []string) bool) *Fault { return p.add(newFault(at, nil)) }

func (p *Proxy) add(f *Fault) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, f)
	return f
}

// Delay has every reply come so much later, as by a long way.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Refuse closes all connections, and lets nobody in, as if nothing were there, until
// Accept.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	listener := p.listener
	p.listener = nil
	p.mu.Unlock()
	if listener != nil {
		listener.Close()
	}
	p.CutAll()
}

// Accept lets in who comes, at the same address, after Refuse.
func (p *Proxy) Accept() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil || p.stopped {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.listener = listener
	p.wg.Go(func() { p.serve(listener) })
	return nil
}

// CutAll closes all connections that are there.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.lines {
		l.close()
	}
}

// Connections is how many there are.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}

// Stop closes all, and waits until all is closed.
func (p *Proxy) Stop() error {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.Refuse()
	p.wg.Wait()
	return nil
}

func (p *Proxy) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server.Addr())
		if err != nil {
			client.Close()
			continue
		}
		l := newLine(p, client, server)
		if !p.enter(l, listener) {
			l.close()
			continue
		}
		p.wg.Go(func() {
			l.run()
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.lines, l)
		})
	}
}

// enter notes a connection, unless the proxy does not listen any more.
func (p *Proxy) enter(l *line, by net.Listener) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != by {
		return false
	}
	p.lines[l] = true
	return true
}

// meets is the fault that a command meets: the first that was asked for. A cut is then
// nobody else's.
func (p *Proxy) meets(command []string) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = slices.DeleteFunc(p.faults, (*Fault).over)
	i := slices.IndexFunc(p.faults, func(f *Fault) bool { return f.at(command) })
	if i < 0 {
		return nil
	}
	f := p.faults[i]
	if f.cut != nil {
		p.faults = slices.Delete(p.faults, i, i+1)
	}
	return f
}

func (p *Proxy) late() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay
}
