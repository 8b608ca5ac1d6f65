package tasuki

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// A given is what a variable or a flag said, and which of them.
type given struct {
	by   string // "-t" or "TASUKI_TIMEOUT"
	text []string
}

// read takes the variable, and what flags say in its place.
func read(f *flag.FlagSet, name, variable, usage string, split func(string) []string) *given {
	g := &given{by: variable}
	if v := os.Getenv(variable); v != "" {
		g.text = split(v)
	}
	f.Func(name, usage+" (`"+variable+"`)", func(s string) error {
		if g.by == variable {
			g.by, g.text = "-"+name, nil
		}
		g.text = append(g.text, s)
		return nil
	})
	return g
}

func whole(s string) []string { return []string{s} }

// flags lets variables and then flags override the configuration.
func (w *Worker) flags(args []string, stderr io.Writer) error {
	f := flag.NewFlagSet("worker", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	timeout := read(f, "t", "TASUKI_TIMEOUT", "seconds a stop may take", whole)
	slots := read(f, "c", "TASUKI_CONCURRENCY", "jobs at once", whole)
	queues := read(f, "q", "TASUKI_QUEUES", "queue[,weight] to take from; again for each", strings.Fields)
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		f.SetOutput(stderr)
		f.Usage()
		return err
	case err != nil:
		return fmt.Errorf("%w (hint: the worker takes -t, -c and -q; -h explains them)", err)
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q (hint: the worker takes only -t, -c and -q)", f.Arg(0))
	}
	cfg := w.cfg
	if err := errors.Join(timeout.asTimeout(&cfg), slots.asSlots(&cfg), queues.asQueues(&cfg)); err != nil {
		return err
	}
	if err := cfg.settle(); err != nil {
		return err
	}
	w.cfg = cfg
	return nil
}

func (g *given) asTimeout(cfg *Config) error {
	if len(g.text) == 0 {
		return nil
	}
	text := g.text[len(g.text)-1]
	d, err := host.ParseSeconds(text)
	if err != nil || d < minTimeout {
		return fmt.Errorf("%s %q is no time (hint: seconds such as 25, or 90s, 2m)", g.by, text)
	}
	cfg.LastCall, cfg.Timeout = 0, d
	return nil
}

func (g *given) asSlots(cfg *Config) error {
	if len(g.text) == 0 {
		return nil
	}
	text := g.text[len(g.text)-1]
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxSlots {
		return fmt.Errorf("%s %q is no number of slots (hint: a whole number from 1 to %d)", g.by, text, maxSlots)
	}
	cfg.Slots, cfg.ReadAhead = n, 0
	return nil
}

func (g *given) asQueues(cfg *Config) error {
	if len(g.text) == 0 {
		return nil
	}
	cfg.Queues = nil
	for _, q := range g.text {
		name, weight, weighted := strings.Cut(q, ",")
		n, err := strconv.Atoi(weight)
		if name == "" || weighted && (err != nil || n < 1) {
			return fmt.Errorf("%s %q is no queue (hint: a name, or name,weight with a weight from 1)", g.by, q)
		}
		if slices.ContainsFunc(cfg.Queues, func(q WeightedQueue) bool { return q.Name == name }) {
			return fmt.Errorf("%s names queue %q twice (hint: each once; a weight says how often it is asked)", g.by, name)
		}
		cfg.Queues = append(cfg.Queues, WeightedQueue{Name: name, Weight: n})
	}
	return nil
}
