package pid1

import (
	"os"
	"strconv"
	"time"
)

// Levels of what is said, in the order of Options.Verbosity from -1 on.
type level int

const (
	fatal level = iota - 1
	warn
	info
	detail
)

var levelNames = map[level]string{fatal: "FATAL", warn: "WARN ", info: "INFO ", detail: "DEBUG"}

// A voice writes what the init says to standard error. It has a goroutine of its own:
// who reads there may be slow, or stand still, and signals have to go on. What does not
// fit into its queue is left out.
type voice struct {
	prefix string
	most   level
	lines  chan []byte
	done   chan struct{}
	write  func([]byte)
}

// lastWords is how long the end waits for what is still to be written.
const lastWords = 200 * time.Millisecond

func newVoice(name string, verbosity int, write func([]byte)) *voice {
	v := &voice{prefix: " " + name + " (" + strconv.Itoa(os.Getpid()) + ")] ", most: level(verbosity),
		lines: make(chan []byte, 64), done: make(chan struct{}), write: write}
	go v.run()
	return v
}

func (v *voice) run() {
	defer close(v.done)
	for line := range v.lines {
		v.write(line)
	}
}

// say says one line, if it is of interest.
func (v *voice) say(l level, text string) {
	if l > v.most {
		return
	}
	select {
	case v.lines <- []byte("[" + levelNames[l] + v.prefix + text + "\n"):
	default:
	}
}

// end writes what is left, for a moment. Nothing can be said afterwards.
func (v *voice) end() {
	close(v.lines)
	select {
	case <-v.done:
	case <-time.After(lastWords):
	}
}
