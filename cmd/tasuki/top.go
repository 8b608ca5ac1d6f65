package main

import (
	"os"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/top"
	"github.com/tasuki-jobs/tasuki/store"
)

// topCmd shows live what happens.
type topCmd struct {
	Interval span `short:"i" help:"How often to look." default:"1s" placeholder:"TIME"`
	Count    int  `short:"n" help:"Print so many snapshots, one below the other, and exit. Default in a pipe: 1." placeholder:"N"`
}

// Help is shown below the flags' list.
func (*topCmd) Help() string {
	return `Workers, queues, and the running jobs with their progress, the longest running
first: AGE of this run, H/O hand-overs, REL releases and TRY failed attempts so
far. A worker's STATE and BUSY are what it said with its last beat. Deploys are
those of tasuki deploy mark.

q quits, p pauses and goes on, r looks at once, the arrows scroll the jobs. In a
pipe a snapshot is printed; done and failed a second are known from the second on.

    tasuki top
    tasuki top --interval 5s --count 10 > day.log
    tasuki top --json | jq .running`
}

// Run shows it.
func (t *topCmd) Run(c *caller) error {
	if t.Interval < span(100*time.Millisecond) || t.Interval > span(24*time.Hour) {
		return wrong("reading the command line", "give 100ms to 1d", "--interval %v", time.Duration(t.Interval))
	}
	if t.Count < 0 {
		return wrong("reading the command line", "give 1 or more", "--count %d", t.Count)
	}
	defer c.heed()()
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	source := &top.Source{Store: st, Marks: marksOf(st)}
	if t.Count == 0 && !c.json && c.live() {
		return t.show(c, source)
	}
	return t.print(c, source)
}

// live says whether there is a terminal to draw on and one to type on.
func (c *caller) live() bool {
	in, ok := c.in.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && c.width() > 0
}

// show draws until somebody quits.
func (t *topCmd) show(c *caller, source *top.Source) error {
	_, colour := terminalOf(c.out)
	m := &top.Model{Source: source, Every: time.Duration(t.Interval), Context: c.ctx, Draw: top.View{Store: shown(c.store), Colour: colour}}
	_, err := tea.NewProgram(m, tea.WithContext(c.ctx), tea.WithInput(c.in), tea.WithOutput(c.out), tea.WithoutSignalHandler()).Run()
	if s, ended := c.interrupted(); ended {
		return exitCode(exitSignal + int(s.Signal))
	}
	if m.Interrupted {
		return exitCode(exitSignal + int(syscall.SIGINT))
	}
	return failed("showing what happens", err)
}

// print writes snapshots one below the other.
func (t *topCmd) print(c *caller, source *top.Source) error {
	next := time.NewTicker(time.Duration(t.Interval))
	defer next.Stop()
	for n := 1; ; n++ {
		s, err := source.Look(c.ctx)
		if err != nil {
			return failed("looking at the store", err)
		}
		if err := printSnapshot(c, s, n > 1); err != nil || n >= t.Count {
			return err
		}
		select {
		case <-next.C:
		case <-c.ctx.Done():
			s, _ := c.interrupted()
			return exitCode(exitSignal + int(s.Signal))
		}
	}
}

func printSnapshot(c *caller, s *top.Snapshot, again bool) error {
	if c.json {
		return c.printJSON(snapshotOf(s))
	}
	v := top.View{Store: shown(c.store), Width: c.width()}
	text := strings.Join(v.Render(s), "\n") + "\n"
	if again {
		text = "\n" + text
	}
	return c.printf("%s", text)
}

// A snapshotJSON is what --json prints.
type snapshotJSON struct {
	At      time.Time    `json:"at"`
	Done    int64        `json:"done"`
	Failed  int64        `json:"failed"`
	Rates   *ratesJSON   `json:"rates,omitempty"`
	Queues  []queueJSON  `json:"queues"`
	Workers []workerJSON `json:"workers"`
	Running []jobJSON    `json:"running"`
	Marks   []store.Mark `json:"marks"`
}

// Rates are known from the second snapshot on.
type ratesJSON struct {
	Done   float64 `json:"done_per_second"`
	Failed float64 `json:"failed_per_second"`
}

func snapshotOf(s *top.Snapshot) snapshotJSON {
	out := snapshotJSON{At: s.At.UTC(), Done: s.Stats.Done, Failed: s.Stats.Failed, Queues: queuesOf(&s.Stats),
		Workers: workersOf(s.Workers), Running: []jobJSON{}, Marks: append([]store.Mark{}, s.Marks...)}
	for i := range s.Running {
		out.Running = append(out.Running, jobOf(&s.Running[i]))
	}
	if s.Known {
		out.Rates = &ratesJSON{Done: s.Done, Failed: s.Failed}
	}
	return out
}
