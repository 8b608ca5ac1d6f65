package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// Tell gives an order to the supervisor of a directory and calls heard with each status on
// the way, until what was ordered is done. ErrNobody: none answers. ErrRefused: the
// configuration was. An error of ctx leaves the order standing.
func Tell(ctx context.Context, dir string, o Order, heard func(*supervise.Status)) error {
	conn, err := call(dir)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	o.Protocol = protocol
	line, err := json.Marshal(o)
	if err == nil {
		_, err = conn.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("tell the supervisor: %w", err)
	}
	lines := bufio.NewReader(conn)
	for {
		conn.SetReadDeadline(time.Now().Add(sendWithin + sayEvery))
		r, err := next(lines)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, io.EOF) && o.Do == "stop":
			return nil // it has ended
		case err != nil:
			return fmt.Errorf("hear the supervisor: %w (hint: it hangs or was killed; `tasuki status` tells more)", err)
		}
		if r.Status != nil && heard != nil {
			heard(r.Status)
		}
		switch {
		case r.Error != "" && r.Config:
			return fmt.Errorf("%w: %s", ErrRefused, r.Error)
		case r.Error != "":
			return errors.New(r.Error)
		case r.Done:
			return nil
		}
	}
}

// call connects.
func call(dir string) (net.Conn, error) {
	conn, err := net.DialTimeout("unix", filepath.Join(dir, controlFile), askWithin)
	if err != nil {
		return nil, fmt.Errorf("%w in %s: %w", ErrNobody, dir, err)
	}
	return conn, nil
}

// next reads a line of the supervisor's.
func next(lines *bufio.Reader) (reply, error) {
	var r reply
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("it says what cannot be read: %w", err)
	}
	if r.Protocol != protocol && r.Error == "" {
		return r, fmt.Errorf("it speaks version %d and this command version %d (hint: use the command that started it)", r.Protocol, protocol)
	}
	return r, nil
}

// Ask asks the supervisor of a directory how all is. ErrNobody: there is none that answers.
func Ask(dir string) (*supervise.Status, error) {
	var st *supervise.Status
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	err := Tell(ctx, dir, Order{Do: "status"}, func(s *supervise.Status) { st = s })
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("nothing came within %v", askWithin)
	case err != nil:
		return nil, err
	}
	if st == nil {
		return nil, errors.New("it said nothing of how it is")
	}
	return st, nil
}
