package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"golang.org/x/sys/unix"
)

// A desk hears who connects to the control socket.
type desk struct {
	v      *Service
	listen *net.UnixListener
	seats  chan struct{} // one for each caller at a time
	wg     sync.WaitGroup
}

// open opens the socket. Its owner has the supervisor's lock: a socket that is there
// already is one that nobody hears.
func (v *Service) open() (*desk, error) {
	path := filepath.Join(v.s.Dir(), controlFile)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	listen, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w (hint: is the disk of %s full, or read-only?)", err, v.s.Dir())
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listen.Close()
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	return &desk{v: v, listen: listen, seats: make(chan struct{}, maxCallers)}, nil
}

// hear serves callers until ctx ends; then it answers those that are there.
func (d *desk) hear(ctx context.Context) {
	d.wg.Go(func() {
		for {
			conn, err := d.listen.AcceptUnix()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // too many open files, mostly
				d.v.log.Warn("a caller of the control socket could not be heard", slog.Any("error", err))
				if !loop.Rest(ctx, time.Second) {
					return
				}
				continue
			}
			d.take(ctx, conn)
		}
	})
}

// take gives a caller a seat.
func (d *desk) take(ctx context.Context, conn *net.UnixConn) {
	c := &talk{conn: conn, over: ctx.Done()}
	select {
	case d.seats <- struct{}{}:
		d.wg.Go(func() {
			defer func() { conn.Close(); <-d.seats }()
			defer context.AfterFunc(ctx, func() { conn.SetWriteDeadline(time.Now().Add(lastWithin)) })()
			d.answer(ctx, c)
		})
	default:
		c.say(reply{Error: fmt.Sprintf("%d others are connected already (hint: try again)", maxCallers), Done: true})
		conn.Close()
	}
}

// close ends it; callers are told that the supervisor has ended, and are gone when it
// returns. A socket that is another's by now stays.
func (d *desk) close(others bool) {
	d.listen.SetUnlinkOnClose(!others)
	d.listen.Close()
	d.wg.Wait()
}

// answer serves one caller.
func (d *desk) answer(ctx context.Context, c *talk) {
	if err := d.known(c.conn); err != nil {
		d.v.log.Warn("somebody else's process connected to the control socket", slog.Any("error", err))
		c.say(reply{Error: err.Error(), Done: true})
		return
	}
	o, err := c.hear(ctx)
	if err != nil {
		c.say(reply{Error: err.Error(), Done: true})
		return
	}
	err = d.do(ctx, c, o)
	if c.lost { // it hung up
		return
	}
	last := reply{Done: true}
	if err != nil {
		last.Error, last.Config = err.Error(), errors.Is(err, ErrRefused)
	}
	if st, err := d.v.status(ctx); err == nil {
		last.Status = st
	}
	c.say(last)
}

// known refuses processes of other users.
func (d *desk) known(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("ask who calls: %w", err)
	}
	var who *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) { who, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		failed = err
	}
	if failed != nil {
		return fmt.Errorf("ask who calls: %w", failed)
	}
	if me := os.Geteuid(); int(who.Uid) != me && who.Uid != 0 {
		return fmt.Errorf("process %d belongs to user %d; this supervisor hears user %d and root (hint: run the command as that user)", who.Pid, who.Uid, me)
	}
	return nil
}

// do does what a caller asked for.
func (d *desk) do(ctx context.Context, c *talk, o Order) error {
	switch o.Do {
	case "status":
		return nil // the last reply has it
	case "restart":
		return d.restart(ctx, c, o)
	case "stop":
		d.v.s.Stop(time.Duration(o.Kill * float64(time.Second)))
		return d.until(ctx, c, nil)
	}
	return fmt.Errorf("there is no order %q (hint: does the supervisor have another version than the command? `tasuki restart` does not change it, `tasuki stop` and `tasuki start` do)", o.Do)
}
