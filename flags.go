package tasuki

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// flags lets variables and then flags override the configuration.
func (w *Worker) flags(args []string, stderr io.Writer) error {
	f := flag.NewFlagSet("worker", flag.ContinueOnError)
	f.SetOutput(stderr)
	timeout := f.String("t", os.Getenv("TASUKI_TIMEOUT"), "`seconds` a stop may take")
	slots := f.String("c", os.Getenv("TASUKI_CONCURRENCY"), "jobs at once (`slots`)")
	queues := strings.Fields(os.Getenv("TASUKI_QUEUES"))
	fromEnv := true
	f.Func("q", "`queue[,weight]` to take from; again for each", func(s string) error {
		if fromEnv {
			queues, fromEnv = nil, false
		}
		queues = append(queues, s)
		return nil
	})
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q (hint: the worker takes only -t, -c and -q)", f.Arg(0))
	}
	cfg := w.cfg
	if err := overrideConfig(&cfg, *timeout, *slots, queues); err != nil {
		return err
	}
	if err := cfg.settle(); err != nil {
		return err
	}
	w.cfg = cfg
	return nil
}

func overrideConfig(cfg *Config, timeout, slots string, queues []string) error {
	if timeout != "" {
		d, err := parseSeconds(timeout)
		if err != nil || d < minTimeout {
			return fmt.Errorf("-t %q is no time (hint: seconds such as 25, or 90s, 2m)", timeout)
		}
		cfg.LastCall = 0
		cfg.Timeout = d
	}
	if slots != "" {
		n, err := strconv.Atoi(slots)
		if err != nil || n < 1 {
			return fmt.Errorf("-c %q is no number of slots (hint: a whole number from 1)", slots)
		}
		cfg.Slots, cfg.ReadAhead = n, 0
	}
	if len(queues) == 0 {
		return nil
	}
	cfg.Queues = nil
	for _, q := range queues {
		name, weight, weighted := strings.Cut(q, ",")
		n, err := strconv.Atoi(weight)
		if name == "" || weighted && (err != nil || n < 1) {
			return fmt.Errorf("-q %q is no queue (hint: a name, or name,weight with a weight from 1)", q)
		}
		cfg.Queues = append(cfg.Queues, WeightedQueue{Name: name, Weight: n})
	}
	return nil
}

// parseSeconds reads "25" as seconds and "90s" or "2m" as Go does.
func parseSeconds(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return time.Duration(n * float64(time.Second)), nil
	}
	return time.ParseDuration(s)
}
