package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/live"
)

// askLimit bounds the question to systemd.
const askLimit = 3 * time.Second

// live looks at a running worker.
func (d *doctorCmd) live(c *caller) error {
	switch {
	case *d.Live < 1:
		return wrong("reading the command line", "pgrep -af NAME lists processes with their pids", "--live is %d, and no process has that number", *d.Live)
	case len(d.Paths) > 0 || d.Fix:
		return wrong("reading the command line", "leave out either", "--live looks at a process, and files were named too")
	case d.Format != "text" && d.Format != "json":
		return wrong("reading the command line", "--format text or json", "what a process does has no line in a file for --format %s", d.Format)
	}
	ctx, cancel := context.WithTimeout(c.ctx, askLimit)
	defer cancel()
	r, err := live.Look(ctx, *d.Live, doctor.Options{Timeout: time.Duration(d.WorkerTimeout), LongestJob: time.Duration(d.LongestJob), Workers: d.Worker})
	if err != nil {
		return &fault{doing: fmt.Sprintf("looking at process %d", *d.Live), why: err, code: exitUnread}
	}
	write := live.WriteText
	if d.Format == "json" {
		write = live.WriteJSON
	}
	if err := wrote(write(c.out, r)); err != nil {
		return err
	}
	switch {
	case r.Unread():
		return exitCode(exitUnread)
	case r.Worst() >= failOn[d.FailOn]:
		return exitCode(exitFailed)
	}
	return nil
}
