package redistest

import (
	"math"
	"sync"
)

// Half, as Cut.Bytes, is half of what is cut.
const Half = -1

// All, as Cut.Bytes, is all of it: the line is cut behind.
const All = math.MaxInt

// A Cut breaks a connection within a command, or within the reply to one.
type Cut struct {
	// At says at which command. It is called for one command after another, of all
	// connections, and does not call the proxy. Default: the next.
	At func(command []string) bool
	// Reply cuts the reply: the server has done what the command says. Otherwise the
	// command is cut, which the server then does not do, unless it got All of it:
	// then nobody knows.
	Reply bool
	// Bytes come through of the command or the reply: Half, All, or a number.
	Bytes int
}

// part is how many of n bytes come through.
func (c *Cut) part(n int) int {
	if c.Bytes < 0 {
		return n / 2
	}
	return min(c.Bytes, n)
}

// A Fault is a Cut or a Hold of a proxy that waits for its command, or lasts.
type Fault struct {
	at  func(command []string) bool
	cut *Cut // nil: replies are held

	once  sync.Once
	met   chan struct{} // closed when a command met it
	ends  sync.Once
	ended chan struct{} // closed when it is over
}

func newFault(at func([]string) bool, cut *Cut) *Fault {
	if at == nil {
		at = func([]string) bool { return true }
	}
	return &Fault{at: at, cut: cut, met: make(chan struct{}), ended: make(chan struct{})}
}

// Met is closed when the first command met the fault: when the connection has been cut,
// or when a reply is held.
func (f *Fault) Met() <-chan struct{} { return f.met }

// End takes the fault back: a cut does not come any more, and what was held goes on.
func (f *Fault) End() { f.ends.Do(func() { close(f.ended) }) }

func (f *Fault) over() bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

func (f *Fault) meet() { f.once.Do(func() { close(f.met) }) }
