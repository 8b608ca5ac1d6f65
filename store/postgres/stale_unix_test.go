//go:build unix

package postgres

import (
	"net"
	"testing"
)

// TestAConnectionThatIsBeingReadIsLookedAtWithoutWaiting: the driver may leave a
// goroutine in a Read of a connection that says nothing.
func TestAConnectionThatIsBeingReadIsLookedAtWithoutWaiting(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	there, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	reading, read := make(chan struct{}), make(chan struct{})
	go func() {
		close(reading)
		c.Read(make([]byte, 1))
		close(read)
	}()
	<-reading
	looked := make(chan bool)
	go func() {
		for range 1000 { // by when the other one reads
			if spoke(c) {
				looked <- true
				return
			}
		}
		looked <- false
	}()
	if <-looked {
		t.Error("a connection that said nothing is taken for one that spoke")
	}
	there.Write([]byte{1})
	<-read
}
