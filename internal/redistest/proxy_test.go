//go:build unix

package redistest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// through is a connection by a proxy.
func through(t *testing.T, p *Proxy) *Conn {
	t.Helper()
	c, err := connect(t.Context(), p.Addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// met waits until a command met a fault.
func met(t *testing.T, f *Fault) {
	t.Helper()
	select {
	case <-f.Met():
	case <-time.After(30 * time.Second):
		t.Fatal("no command met the fault")
	}
}

func isIncr(command []string) bool { return command[0] == "INCR" }

func TestACutLeavesWhatItSaysOnBothSides(t *testing.T) {
	s := Own(t, Options{})
	const answer = ":1\r\n"
	for name, want := range map[string]struct {
		cut  Cut
		said string // to the client
		done string // by the server
	}{
		"a command that is not sent":     {Cut{}, "", ""},
		"a command of one byte":          {Cut{Bytes: 1}, "", ""},
		"half a command":                 {Cut{Bytes: Half}, "", ""},
		"no reply":                       {Cut{Reply: true}, "", "1"},
		"half a reply":                   {Cut{Reply: true, Bytes: Half}, answer[:2], "1"},
		"a reply without its last byte":  {Cut{Reply: true, Bytes: 3}, answer[:3], "1"},
		"a whole reply, and then no way": {Cut{Reply: true, Bytes: All}, answer, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			Ask[string](t, &DB{Server: s}, "FLUSHALL")
			p := s.Proxy(t)
			c := through(t, p)
			want.cut.At = isIncr
			f := p.Cut(want.cut)
			if _, err := c.Exec(t.Context(), "PING"); err != nil {
				t.Fatalf("a command that is not meant: %v", err)
			}
			c.net.Write(command([]any{"INCR", "n"}))
			said, _ := io.ReadAll(c.net)
			met(t, f)
			if string(said) != want.said {
				t.Errorf("the client hears %q, not %q", said, want.said)
			}
			if done := Ask[string](t, &DB{Server: s}, "GET", "n"); done != want.done {
				t.Errorf("the server has %q, not %q", done, want.done)
			}
			if _, err := through(t, p).Exec(t.Context(), "INCR", "n"); err != nil {
				t.Errorf("the next connection: %v", err)
			}
		})
	}
}

func TestACutInAPipelineIsOfItsCommand(t *testing.T) {
	s := Own(t, Options{})
	p := s.Proxy(t)
	c := through(t, p)
	p.Cut(Cut{Reply: true, At: isIncr})
	var all []byte
	for _, args := range [][]any{{"SET", "a", 1}, {"INCR", "n"}, {"SET", "b", 1}} {
		all = append(all, command(args)...)
	}
	c.net.Write(all)
	if said, _ := io.ReadAll(c.net); string(said) != "+OK\r\n" {
		t.Errorf("%q", said)
	}
}

func TestACutThatWasEndedDoesNotCome(t *testing.T) {
	p := Own(t, Options{}).Proxy(t)
	p.Cut(Cut{}).End()
	if _, err := through(t, p).Exec(t.Context(), "PING"); err != nil {
		t.Error(err)
	}
}

func TestRepliesThatAreHeldComeWhenTheFaultEnds(t *testing.T) {
	s := Own(t, Options{})
	p := s.Proxy(t)
	c, other := through(t, p), through(t, p)
	f := p.Hold(isIncr)
	if _, err := c.Exec(t.Context(), "PING"); err != nil {
		t.Fatal(err)
	}
	answer := make(chan any, 1)
	go func() {
		v, _ := c.Exec(t.Context(), "INCR", "n")
		answer <- v
	}()
	met(t, f)
	if done := Ask[string](t, &DB{Server: s}, "GET", "n"); done != "1" {
		t.Errorf("the server has %q", done)
	}
	if _, err := other.Exec(t.Context(), "PING"); err != nil {
		t.Errorf("another connection: %v", err)
	}
	select {
	case v := <-answer:
		t.Errorf("%v came", v)
	default:
	}
	f.End()
	if v := <-answer; v != int64(1) {
		t.Errorf("%v", v)
	}
}

func TestAHeldReplyOfACutConnectionIsLost(t *testing.T) {
	p := Own(t, Options{}).Proxy(t)
	f := p.Hold(nil)
	c := through(t, p)
	answer := make(chan error, 1)
	go func() {
		_, err := c.Exec(t.Context(), "PING")
		answer <- err
	}()
	met(t, f)
	p.CutAll()
	if err := <-answer; err == nil {
		t.Error("it came")
	}
	eventually(t, "no connection is left", func() bool { return p.Connections() == 0 })
}

func TestAProxyThatRefusesIsNotThereUntilItAccepts(t *testing.T) {
	p := Own(t, Options{}).Proxy(t)
	c := through(t, p)
	if _, err := c.Exec(t.Context(), "PING"); err != nil {
		t.Fatal(err)
	}
	p.Refuse()
	if _, err := c.Exec(t.Context(), "PING"); err == nil {
		t.Error("an old connection answers")
	}
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v", err)
	}
	if err := p.Accept(); err != nil {
		t.Fatal(err)
	}
	if _, err := through(t, p).Exec(t.Context(), "PING"); err != nil {
		t.Error(err)
	}
}

func TestADelayIsEachRepliesAndNotTheirSum(t *testing.T) {
	p := Own(t, Options{}).Proxy(t)
	p.Delay(100 * time.Millisecond)
	c := through(t, p)
	begun := time.Now()
	const n = 50
	for range n {
		c.net.Write(command([]any{"PING"}))
	}
	for range n {
		if _, err := c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begun); took < 100*time.Millisecond || took > n*100*time.Millisecond/2 {
		t.Errorf("it took %v", took)
	}
}

func TestWhatIsPushedPassesAProxyAndIsNobodysReply(t *testing.T) {
	s := Own(t, Options{})
	p := s.Proxy(t)
	c := through(t, p)
	for _, args := range [][]any{{"HELLO", 3}, {"SUBSCRIBE", "news"}} {
		if _, err := c.Exec(t.Context(), args...); err != nil {
			t.Fatal(err)
		}
	}
	f := p.Hold(func(command []string) bool { return command[0] == "BLPOP" })
	c.net.Write(command([]any{"BLPOP", "q", 0}))
	db := &DB{Server: s}
	eventually(t, "it waits", func() bool { return strings.Contains(Ask[string](t, db, "INFO", "clients"), "blocked_clients:1\r") })
	Ask[int64](t, db, "PUBLISH", "news", "it")
	if heard, err := c.Read(t.Context()); fmt.Sprint(heard) != "[message news it]" {
		t.Errorf("%v, %v", heard, err)
	}
	Ask[int64](t, db, "LPUSH", "q", "job")
	met(t, f)
	f.End()
	if heard, err := c.Read(t.Context()); fmt.Sprint(heard) != "[q job]" {
		t.Errorf("%v, %v", heard, err)
	}
}

func TestSidekiqWorksThroughAProxyAndOverACut(t *testing.T) {
	db := Shared(t).DB(t)
	p := db.Server.Proxy(t)
	app := App{URL: p.URL(db.Number), Code: jobs}
	app.Sidekiq(t)
	c := app.Client(t)
	Eval[string](t, c, "NoteJob.perform_async(1)")
	notes(t, db, "1")
	p.CutAll()
	Eval[string](t, c, "NoteJob.perform_async(2)")
	notes(t, db, "1", "2")
}
