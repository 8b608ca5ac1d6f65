package postgres

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A link is a way to a server that can be cut at any message.
type link struct {
	mu  sync.Mutex // owns what follows
	cut *cut
	all map[net.Conn]bool
}

// A cut is one break of a link, at a message of the client's.
type cut struct {
	how   cutHow
	at    func(sent []byte) bool
	fired bool
}

// cutHow says what becomes of the message.
type cutHow string

const (
	notSent     cutHow = "unsent"     // the server never sees it
	notAnswered cutHow = "unanswered" // the server did it, and its answer is lost
	underWay    cutHow = "under way"  // the server gets it and sees the client go
)

var cutHows = []cutHow{notSent, notAnswered, underWay}

// linkTo makes a link to a server's address, and the address by it.
func linkTo(t *testing.T, dsn string) (*link, string) {
	t.Helper()
	l := &link{all: map[net.Conn]bool{}}
	address := relayed(t, dsn, l.serve, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for c := range l.all {
			c.Close()
		}
	})
	return l, address
}

// relayed is an address of which serve gets each connection, and the server's address.
// When the test ends cut ends those that still run.
func relayed(t *testing.T, dsn string, serve func(client net.Conn, server string), cut func()) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	u.Host = listener.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serve(client, server) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		cut()
		wg.Wait()
	})
	return u.String()
}

// nth cuts at a message, counted from 0 from now on.
func (l *link) nth(n int, how cutHow) {
	l.when(how, func([]byte) bool { n--; return n < 0 })
}

// when cuts at the first message of which at answers true.
func (l *link) when(how cutHow, at func(sent []byte) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = &cut{how: how, at: at}
}

// heal takes back a cut that has not come about, and says whether it has.
func (l *link) heal() (fired bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fired = l.cut != nil && l.cut.fired
	l.cut = nil
	return fired
}

// meets says what becomes of a message.
func (l *link) meets(sent []byte) cutHow {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut == nil || l.cut.fired || !l.cut.at(sent) {
		return ""
	}
	l.cut.fired = true
	return l.cut.how
}

func (l *link) track(c net.Conn, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if on {
		l.all[c] = true
	} else {
		delete(l.all, c)
	}
}

func (l *link) serve(client net.Conn, address string) {
	l.track(client, true)
	defer l.track(client, false)
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	l.track(server, true)
	defer l.track(server, false)
	defer server.Close()
	lost := make(chan struct{}) // closed when answers are passed on no more
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer client.Close()
		pass(server, client, func([]byte) bool {
			select {
			case <-lost:
				return false
			default:
				return true
			}
		})
	}()
	pass(client, server, func(sent []byte) bool {
		switch l.meets(sent) {
		case notSent:
			return false
		case underWay:
			server.Write(sent)
			return false
		case notAnswered:
			close(lost)
			server.Write(sent)
			<-ended
			return false
		}
		return true
	})
	server.Close()
	<-ended
}

// pass copies as long as goes says so of what comes.
func pass(from, to net.Conn, goes func([]byte) bool) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if n > 0 && !goes(b[:n]) || err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// everywhere runs a test with the link cut at the first message of what it does, at
// the second, and so on until it has no more, in each way.
func everywhere(t *testing.T, test func(t *testing.T, cutAt func(*link))) {
	for _, how := range cutHows {
		for n, fired := 0, true; fired; n++ {
			t.Run(fmt.Sprintf("message %d %s", n, how), func(t *testing.T) {
				fired = false
				test(t, func(l *link) {
					if l.cut == nil {
						l.nth(n, how)
						return
					}
					fired = l.heal()
				})
			})
			if n == 0 && !fired {
				t.Fatal("nothing was cut: the test tests nothing")
			}
		}
	}
}

// isCommit says whether a message is the COMMIT of a user's transaction.
func isCommit(sent []byte) bool {
	return len(sent) > 5 && sent[0] == 'Q' && strings.EqualFold(strings.TrimRight(string(sent[5:]), "\x00"), "commit")
}
