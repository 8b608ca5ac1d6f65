package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// configName is the file of a repository's own settings for the doctor.
const configName = ".tasuki-doctor.yml"

// config is what that file says:
//
//	worker-timeout: 30s
//	longest-job: 10m
//	workers: [importer]
//	exclude: [testdata]
//	ignore:
//	- rule: D101
//	  path: legacy/Dockerfile
//	  reason: it is never deployed
type config struct {
	told    Options
	exclude []string
	ignores []ignore
}

// read reads the file, if there is one. What it says wrong is said with its line: a
// setting that is silently not heeded would hide a trap.
func (c *config) read(r *repo.Repo) error {
	if other := strings.TrimSuffix(configName, "yml") + "yaml"; r.Exists(other) {
		return fmt.Errorf("%s is not read (hint: call it %s)", r.Shown(other), configName)
	}
	if !r.Exists(configName) {
		return nil
	}
	content, err := r.Read(configName)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.Shown(configName), err)
	}
	docs, err := tree.YAML(r.Shown(configName), content)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		for key, value := range doc.Pairs() {
			if err := c.set(key.Value, value); err != nil {
				return fmt.Errorf("%s: %s: %w", key.Pos, key.Value, err)
			}
		}
	}
	return nil
}

func (c *config) set(key string, value tree.Node) (err error) {
	switch key {
	case "worker-timeout":
		c.told.Timeout, err = span(value)
	case "longest-job":
		c.told.LongestJob, err = span(value)
	case "workers":
		c.told.Workers, err = names(value)
	case "exclude":
		c.exclude, err = names(value)
	case "ignore":
		if !value.IsList() {
			return fmt.Errorf("it is no list (hint: - rule: D101)")
		}
		for _, item := range value.Items() {
			g, err := ignoreOf(item)
			if err != nil {
				return fmt.Errorf("line %d: %w", item.Pos().Line, err)
			}
			c.ignores = append(c.ignores, g)
		}
	default:
		return fmt.Errorf("there is no such setting (hint: worker-timeout, longest-job, workers, exclude, ignore)")
	}
	return err
}

// ignoreOf reads an entry of ignore. A key that is not known may be a path by another name, without
// which the rule would be ignored everywhere.
func ignoreOf(item tree.Node) (ignore, error) {
	g := ignore{pos: item.Pos(), all: true}
	for key, value := range item.Pairs() {
		text := value.Text().Value
		if text == "" {
			return g, fmt.Errorf("%s has no text (hint: one rule, one path, one reason in each entry)", key.Value)
		}
		switch key.Value {
		case "rule":
			g.rules = []string{text}
		case "path":
			g.glob, g.all = text, false
		case "reason":
			g.reason = text
		default:
			return g, fmt.Errorf("there is no such key: %s (hint: rule, path, reason)", key.Value)
		}
	}
	for _, id := range g.rules {
		if _, ok := RuleOf(id); !ok {
			return g, fmt.Errorf("there is no rule %s (hint: tasuki doctor --list)", id)
		}
	}
	return g, nil
}

func span(n tree.Node) (time.Duration, error) {
	if seconds, ok := n.Int(); ok && seconds >= 0 && seconds < 1e9 {
		return time.Duration(seconds) * time.Second, nil
	}
	d, err := time.ParseDuration(n.Text().Value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time (hint: write 90s, 5m; a bare number means seconds)", n.Text().Value)
	}
	return d, nil
}

func names(n tree.Node) (all []string, err error) {
	if !n.IsList() {
		return nil, fmt.Errorf("it is no list (hint: [one, two])")
	}
	for _, t := range n.Texts() {
		all = append(all, t.Value)
	}
	return all, nil
}

// excluded says whether a file is not to be read.
func (c *config) excluded(name string) bool {
	return slices.ContainsFunc(c.exclude, func(glob string) bool { return matches(strings.TrimPrefix(glob, "./"), name) })
}

// with is what the command line says, and behind it the file.
func (o Options) with(c Options) Options {
	if o.Timeout == 0 {
		o.Timeout = c.Timeout
	}
	if o.LongestJob == 0 {
		o.LongestJob = c.LongestJob
	}
	o.Workers = slices.Concat(o.Workers, c.Workers)
	return o
}
