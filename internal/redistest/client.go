package redistest

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
)

//go:embed ruby/client.rb
var clientFrame string

// A Client is a Ruby process that does what it is told, with Sidekiq's API. Its methods
// may be called at once; the process does one thing after another.
type Client struct {
	home    *home
	process *process

	mu  sync.Mutex // held while it does something
	in  *os.File
	out *os.File
	say *bufio.Reader // of out
	web bool          // it has loaded Sidekiq::Web
}

// A RubyError is an exception that Ruby code raised.
type RubyError struct {
	Class   string `json:"error"`
	Message string `json:"message"`
}

func (e *RubyError) Error() string { return e.Class + ": " + e.Message }

// StartClient starts one that has run the app's code. ErrMissing: Sidekiq is not
// installed.
func StartClient(ctx context.Context, a App) (*Client, error) {
	h, err := a.home(clientFrame)
	if err != nil {
		return nil, err
	}
	c := &Client{home: h}
	if err := c.start(ctx, a); err != nil {
		return nil, errors.Join(fmt.Errorf("start Ruby: %w; its log:\n%s", err, c.Log()), c.Stop())
	}
	return c, nil
}

// Client starts one for one test. Where Sidekiq is missing the test is skipped.
func (a App) Client(tb testing.TB) *Client {
	tb.Helper()
	c, err := StartClient(tb.Context(), a)
	return owned(tb, c, err)
}

func (c *Client) start(ctx context.Context, a App) error {
	stdin, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	c.in = in
	out, stdout, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdout.Close()
	c.out, c.say = out, bufio.NewReader(out)
	cmd := a.command(c.home, "ruby", c.home.path("frame.rb"))
	cmd.Stdin, cmd.Stdout = stdin, stdout
	if c.process, err = c.home.start("ruby", cmd); err != nil {
		return err
	}
	defer c.under(ctx)()
	_, err = c.hear(ctx) // the app has run
	return err
}

// under kills the process at the end of a context, until the function that it answers is
// called.
func (c *Client) under(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { c.process.signal(kill) })
}

// Call runs Ruby code, which has its arguments as args, and reads the value of its last
// expression into a pointer; nil: nobody wants it. Values cross as JSON: what is neither
// number, string, list nor hash is spelled by Ruby's to_s. Constants, methods and global
// variables last from one call to the next. An exception is a *RubyError. At the end of
// ctx the process is killed: nobody knows how far it came.
func (c *Client) Call(ctx context.Context, into any, code string, args ...any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.call(ctx, into, code, args)
}

func (c *Client) call(ctx context.Context, into any, code string, args []any) error {
	if args == nil {
		args = []any{}
	}
	told, err := json.Marshal(map[string]any{"code": code, "args": args})
	if err != nil {
		return err
	}
	defer c.under(ctx)()
	if _, err := c.in.Write(append(told, '\n')); err != nil {
		return fmt.Errorf("tell Ruby: %w; its log:\n%s", err, c.Log())
	}
	value, err := c.hear(ctx)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(value, into)
}

// hear reads a reply.
func (c *Client) hear(ctx context.Context) (json.RawMessage, error) {
	line, err := c.say.ReadBytes('\n')
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("hear from Ruby: %w; its log:\n%s", err, c.Log())
	}
	var reply struct {
		RubyError
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(line, &reply); err != nil {
		return nil, fmt.Errorf("hear from Ruby: %w: %s", err, line)
	}
	if reply.Class != "" {
		return nil, &reply.RubyError
	}
	return reply.Value, nil
}

// Eval is the value of Ruby code, as Client.Call runs it, for a test that fails with it.
func Eval[T any](tb testing.TB, c *Client, code string, args ...any) T {
	tb.Helper()
	var v T
	if err := c.Call(tb.Context(), &v, code, args...); err != nil {
		tb.Fatalf("redistest: %v", err)
	}
	return v
}

// Log is what the code has printed until now.
func (c *Client) Log() string {
	if c.process == nil {
		return ""
	}
	return c.process.output()
}

// Stop ends it and removes all that belongs to it.
func (c *Client) Stop() error {
	var err error
	if c.process != nil {
		err = c.process.end(kill)
	}
	for _, pipe := range []*os.File{c.in, c.out} {
		if pipe != nil {
			pipe.Close()
		}
	}
	return errors.Join(err, c.home.end())
}
