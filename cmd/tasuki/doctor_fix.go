package main

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// fix shows what the fixes change, asks, and writes it; then it checks again. A fix may
// make room for another one on the same lines.
func (d *doctorCmd) fix(c *caller, r *doctor.Report) (*doctor.Report, error) {
	for range 10 {
		changes, err := r.Changes()
		if err != nil {
			return nil, failed("fixing", err)
		}
		if len(changes) == 0 {
			return r, nil
		}
		for _, change := range changes {
			for line := range strings.Lines(string(change.Diff())) {
				c.note("%s", plain(strings.TrimRight(line, "\r\n")))
			}
		}
		if d.DryRun {
			return r, nil
		}
		if err := c.sure(bulk{Yes: d.Yes}, fmt.Sprintf("write this into %s?", count(len(changes), "file"))); err != nil {
			return nil, err
		}
		for _, change := range changes {
			if err := change.Write(); err != nil {
				return nil, failed("fixing", err)
			}
		}
		if r, err = d.check(c); err != nil {
			return nil, err
		}
	}
	return r, nil
}
