package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// count counts the commands that the server gets, if the setup wants that. What a script
// does is not counted, the script is.
func count(ctx context.Context, s harness.Setup) (stop func(), err error) {
	if s.Statements == nil {
		return func() {}, nil
	}
	u, err := url.Parse(s.Path)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprint(conn, "MONITOR\r\n"); err != nil {
		conn.Close()
		return nil, err
	}
	db := strings.TrimPrefix(u.Path, "/")
	go func() {
		lines := bufio.NewScanner(conn)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if where := lines.Text(); strings.Contains(where, " ["+db+" ") && !strings.Contains(where, "["+db+" lua]") {
				s.Statements.Add(1)
			}
		}
	}()
	return func() { conn.Close() }, nil
}
