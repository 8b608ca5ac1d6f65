package postgres

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A mute is a way to a server that can keep notifications from coming through.
type mute struct {
	on   atomic.Bool
	kept atomic.Int32
}

// muteTo makes one to a server's address, and the address by it.
func muteTo(t *testing.T, dsn string) (*mute, string) {
	t.Helper()
	m := &mute{}
	return m, relayed(t, dsn, m.serve, func() {})
}

func (m *mute) serve(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		pass(client, server, func([]byte) bool { return true })
		server.Close()
	})
	m.answers(server, client)
	client.Close()
}

// answers passes on what the server says. A notification to a session that waits comes
// by itself.
func (m *mute) answers(server, client net.Conn) {
	b := make([]byte, 64<<10)
	for {
		n, err := server.Read(b)
		if err != nil {
			return
		}
		if b[0] == 'A' && m.on.Load() {
			m.kept.Add(1)
			continue
		}
		if _, err := client.Write(b[:n]); err != nil {
			return
		}
	}
}

// TestAListenerThatHeardOnceListensOnThoughItIsDeafForAWhile: a line that stands still
// just then is no pooler.
func TestAListenerThatHeardOnceListensOnThoughItIsDeafForAWhile(t *testing.T) {
	g := sharedGrounds(t).take(t)
	m, dsn := muteTo(t, g.dsn)
	s := g.open(t, Options{ListenDSN: dsn})
	e := listen(t, s)
	m.on.Store(true)
	run(t, connect(t, g.dsn), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN "+quoted(s.channel())+"'")
	eventually(t, "is it deaf, and tries again", func() bool { return m.kept.Load() >= 2 })
	m.on.Store(false)
	e.hears(t, "its new beginning")
}
