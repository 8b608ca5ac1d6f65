package harness

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// A Bench is a program that measures.
type Bench struct {
	Contestants []Contestant // in the order of the tables
	Contests    func() []*Contest
	Aims        []Aim
	// Stores opens the place for stores, on the disk of a directory; empty: that of
	// temporary files.
	Stores func(ctx context.Context, dir string) (Stores, error)
}

// choice is what the flags say.
type choice struct {
	Bench
	only, with    string
	runs          int
	calm          float64
	json          string
	dir, profiles string
	list          bool
}

// Main is the main of a program that measures. Flags of its own it declares before.
func (b Bench) Main() {
	Child(b.Contestants)
	c := choice{Bench: b}
	flag.StringVar(&c.only, "only", "", "measurements, comma-separated; default: all")
	flag.StringVar(&c.with, "with", "", "contestants, comma-separated; default: all")
	flag.IntVar(&c.runs, "runs", 0, "how often each is measured; default: see README.md")
	flag.Float64Var(&c.calm, "calm", 0, "wait and repeat while other processes use more than this share of the processors, in %; 0: any")
	flag.StringVar(&c.json, "json", "", "file for every sample as JSON")
	flag.StringVar(&c.dir, "dir", "", "directory on the disk to measure on; default: that of temporary files")
	flag.StringVar(&c.profiles, "profiles", "", "existing directory for a CPU profile of each measurement, its last run")
	flag.BoolVar(&c.list, "list", false, "print the measurements and their contestants")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.run(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (c *choice) run(ctx context.Context) error {
	chosen, err := c.contests()
	if err != nil {
		return err
	}
	if c.list {
		list(chosen)
		return nil
	}
	stores, err := c.Stores(ctx, c.dir)
	if err != nil {
		return err
	}
	defer stores.Close()
	runner := Runner{Contestants: c.Contestants, Stores: stores, Profiles: c.profiles, Progress: os.Stderr, Calm: c.calm}
	fmt.Printf("%s.\n\n", Machine(c.dir))
	results := map[string]*Result{}
	for _, contest := range chosen {
		res, err := runner.Run(ctx, contest)
		if err != nil {
			return err
		}
		results[contest.Name] = res
		res.Table(os.Stdout)
	}
	printAims(os.Stdout, c.Aims, results)
	return c.write(results)
}

func list(all []*Contest) {
	for _, one := range all {
		fmt.Printf("%-13s %s\n", one.Name, one.Title)
		for _, row := range one.Rows {
			fmt.Printf("              - %s\n", row.Label)
		}
	}
}

// contests are the chosen ones, with the chosen contestants.
func (c *choice) contests() ([]*Contest, error) {
	all := c.Contests()
	var names, order []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	for i := range c.Contestants {
		order = append(order, c.Contestants[i].Name)
	}
	only, err := pick("only", c.only, names)
	if err != nil {
		return nil, err
	}
	with, err := pick("with", c.with, order)
	if err != nil {
		return nil, err
	}
	var chosen []*Contest
	for _, one := range all {
		one.Rows = slices.DeleteFunc(one.Rows, func(r Row) bool { return !slices.Contains(with, r.Task.Contestant) })
		if c.runs > 0 {
			one.Runs = c.runs
		}
		if slices.Contains(only, one.Name) && len(one.Rows) > 0 {
			chosen = append(chosen, one)
		}
	}
	return chosen, nil
}

// pick reads a flag that names some of all.
func pick(name, list string, all []string) ([]string, error) {
	if list == "" {
		return all, nil
	}
	some := strings.Split(list, ",")
	for _, s := range some {
		if !slices.Contains(all, s) {
			return nil, fmt.Errorf("-%s: there is no %q (hint: choose from %s)", name, s, strings.Join(all, ","))
		}
	}
	return some, nil
}

func (c *choice) write(results map[string]*Result) error {
	if c.json == "" {
		return nil
	}
	out := map[string]map[string][]Sample{}
	for name, res := range results {
		out[name] = map[string][]Sample{}
		for i, row := range res.Rows {
			out[name][row.Label] = res.Samples[i]
		}
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.json, append(text, '\n'), 0o644)
}
