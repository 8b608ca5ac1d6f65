package main

import (
	"errors"
	"os"
	"os/user"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// deployCmd keeps marks of deploys.
type deployCmd struct {
	Mark deployMarkCmd `cmd:"" help:"Write down that a deploy begins."`
	List deployListCmd `cmd:"" help:"List the marks, the newest first."`
}

// deployMarkCmd writes a mark.
type deployMarkCmd struct {
	Label string `arg:"" help:"What is deployed, such as a version or a commit."`
	By    string `help:"Who deploys. Default: this user on this host." placeholder:"NAME"`
}

// Help is shown below the flags' list.
func (*deployMarkCmd) Help() string {
	return `The mark stands in its place in the journals of jobs (tasuki jobs show) and in
tasuki top, so that a hand-over can be told from a crash. Call it in the deploy's
script, before the first worker is stopped.

    tasuki deploy mark v42
    tasuki deploy mark "$(git rev-parse --short HEAD)" --by ci`
}

// Run writes it.
func (d *deployMarkCmd) Run(c *caller) error {
	st, m, err := c.marker()
	if err != nil {
		return err
	}
	defer st.close()
	by := d.By
	if by == "" {
		by = me()
	}
	mark, err := m.Mark(c.ctx, store.Mark{Label: d.Label, By: by})
	switch {
	case errors.Is(err, store.ErrInvalid):
		return wrong("marking the deploy", "a label is a short text such as v42 or a commit; if it is empty, is a variable of the shell not set?", "%w", err)
	case err != nil:
		return failed("marking the deploy", err)
	case c.json:
		return c.printJSON(mark)
	}
	return c.printf("marked %s at %s\n", plain(mark.Label), clock(mark.At))
}

// me is user@host, as far as the machine says.
func me() string {
	name, host := "", ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = "@" + h
	}
	return store.Clean(plain(name+host), store.MaxLabel)
}

// clock is a moment as people compare it with their logs.
func clock(t time.Time) string { return t.Local().Format(time.DateTime) }

// marker is the store, if it keeps marks.
func (c *caller) marker() (*openStore, store.Marker, error) {
	st, err := c.open(false)
	if err != nil {
		return nil, nil, err
	}
	if m := marksOf(st); m != nil {
		return st, m, nil
	}
	defer st.close()
	return nil, nil, cannot(st, "marks")
}

// marksOf is the store's role as a keeper of marks; nil: it keeps none.
func marksOf(st *openStore) store.Marker {
	if m, ok := st.Store.(store.Marker); ok && st.Features().Marks {
		return m
	}
	return nil
}

// deployListCmd lists marks.
type deployListCmd struct {
	Limit int `short:"n" help:"At most so many, up to 1000." default:"20" placeholder:"N"`
}

// Help is shown below the flags' list.
func (*deployListCmd) Help() string {
	return `The newest 1000 marks are kept.

    tasuki deploy list -n 3`
}

// Run prints them.
func (d *deployListCmd) Run(c *caller) error {
	if d.Limit < 1 || d.Limit > store.MaxMarks {
		return wrong("reading the command line", "give 1 to 1000", "--limit %d", d.Limit)
	}
	st, m, err := c.marker()
	if err != nil {
		return err
	}
	defer st.close()
	marks, err := m.Marks(c.ctx, d.Limit)
	switch {
	case err != nil:
		return failed("listing the marks", err)
	case c.json:
		return c.printJSON(struct {
			Marks []store.Mark `json:"marks"`
		}{append([]store.Mark{}, marks...)})
	case len(marks) == 0:
		c.note("no deploys are marked: `tasuki deploy mark LABEL` does it")
		return nil
	}
	now := time.Now()
	t := table{columns: []column{{name: "AT"}, {name: "AGO", right: true}, {name: "LABEL", give: true}, {name: "BY", give: true}}}
	for _, mark := range marks {
		t.add(clock(mark.At), briefly(now.Sub(mark.At)), mark.Label, mark.By)
	}
	return t.print(c.out, c.width())
}
