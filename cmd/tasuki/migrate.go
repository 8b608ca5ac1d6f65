package main

import (
	"fmt"
	"strings"
)

// migrateCmd brings the store's schema up to date.
type migrateCmd struct {
	DryRun bool `help:"Print the SQL that would run, and change nothing."`
}

// Help is shown below the flags' list.
func (*migrateCmd) Help() string {
	return `A SQLite file or a schema of PostgreSQL that is missing is made. Running it again
changes nothing, and any number of processes may run it at once. In PostgreSQL each
step is a transaction. Redis needs none: whether it can be used is all that is said.

    tasuki migrate --dry-run
    tasuki migrate --store sqlite:jobs.db`
}

// Run migrates, or prints what it would do.
func (m *migrateCmd) Run(c *caller) error {
	b, err := backendOf(c.store)
	if err != nil {
		return err
	}
	steps, err := b.migrate(c.ctx, m.DryRun)
	if err != nil {
		return err
	}
	switch {
	case c.json:
		return c.printJSON(struct {
			Applied bool   `json:"applied"`
			Steps   []step `json:"steps"`
		}{!m.DryRun, append([]step{}, steps...)})
	case steps == nil:
		return c.printf("nothing to do: %s can be used, and has no schema\n", shown(c.store))
	case m.DryRun:
		return c.printf("%s", sqlOf(steps))
	case len(steps) == 0:
		return c.printf("nothing to do: the schema of %s is up to date\n", shown(c.store))
	}
	for _, s := range steps {
		if err := c.printf("applied %d %s\n", s.Version, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// sqlOf is a script that a person can read and run.
func sqlOf(steps []step) string {
	if len(steps) == 0 {
		return "-- nothing to do: the schema is up to date\n"
	}
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "-- step %d: %s\n%s\n", s.Version, s.Name, strings.TrimRight(s.SQL, "\n"))
	}
	return b.String()
}
