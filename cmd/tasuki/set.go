package main

import (
	"errors"
	"reflect"
	"strings"

	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// exitConfig is EX_CONFIG: starting it again changes nothing.
const exitConfig = 78

// whichSet are the flags that say which set of workers is meant. One that is given and empty,
// such as a variable of the shell's that is not set, is not one that is not given: another
// set would be meant.
type whichSet struct {
	File string  `short:"f" help:"The configuration. Default: ./tasuki.yml, if it is there." placeholder:"FILE" type:"path" env:"TASUKI_FILE"`
	Name *string `help:"What the set is called. Default: a name made from the file's path." placeholder:"NAME"`
	Dir  *string `help:"Where its locks and its control socket are. Default: /run/tasuki/NAME for root, ~/.local/state/tasuki/NAME for others." placeholder:"DIR"`

	noFile bool // flags say all, wherever this process runs
}

// newSet are the flags that say what the workers are; each goes before the key of the
// same name in the file.
type newSet struct {
	whichSet
	Workers *string `short:"n" help:"How many. Default 1." placeholder:"N"`

	Directory *string  `help:"Where they run. Default: the file's directory." placeholder:"DIR"`
	Env       []string `short:"e" sep:"none" help:"Added to their environment; again for each." placeholder:"NAME=VALUE"`
	Kind      *string  `help:"tasuki, sidekiq, delayed_job or other. Default: what the command looks like." placeholder:"KIND"`

	StopSignal   *string `help:"Tells a worker to end. Default TERM." placeholder:"NAME"`
	QuietSignal  *string `help:"Tells it to take no more jobs, or none. Default: its kind's." placeholder:"NAME"`
	ResumeSignal *string `help:"Takes that back, or none. Default: its kind's." placeholder:"NAME"`

	Ready        *string `help:"notify, or how long a worker has lived when it counts as ready. Default: its kind's." placeholder:"WHEN"`
	ReadyTimeout *string `help:"How long it may take until it is ready. Default 1m." placeholder:"TIME"`
	Timeout      *string `short:"t" help:"How long a stop may take before what still runs is killed. Default: as long as jobs take." placeholder:"TIME"`
	Grace        *string `help:"What the platform allows between its stop signal and the kill. Default: what TASUKI_GRACE or the platform says." placeholder:"TIME"`

	StopFirst   bool    `help:"Restarts let old workers end before new ones start."`
	Surge       *string `help:"How many workers beyond --workers there may be during a restart. Default: as many and one." placeholder:"N"`
	Generations *string `help:"How many workers of one slot may live at a time. Default 3." placeholder:"N"`
	Drain       *string `help:"How long an old worker may go on with its jobs in a restart. Default: as long as they take." placeholder:"TIME"`

	MaxMemory *string `help:"A worker with more in RAM is replaced, such as 512M." placeholder:"SIZE"`
	MaxAge    *string `help:"A worker older than that is replaced." placeholder:"TIME"`
	MaxJobs   *string `help:"A worker that ended so many jobs is replaced." placeholder:"N"`

	Log     *string  `help:"The file that supervisor and workers print to in the background. Default: tasuki.log in --dir." placeholder:"FILE"`
	Command []string `arg:"" optional:"" passthrough:"partial" help:"The worker's program and its arguments, behind --."`
}

const aboutCommand = `In COMMAND and --env %i stands for the worker's identity, %s for its slot, %g for
its generation. No shell sees it. What flags leave open is in the file, under the
same names (docs/supervise.md has them all):

    command: bundle exec sidekiq
    workers: 3
    max_memory: 512M
`

// settings reads the file and the flags. It answers what it could read also with an error.
func (w *whichSet) settings() (*settings.Settings, error) {
	s, err := settings.NoFile("/"+settings.FileName), error(nil)
	if !w.noFile {
		s, err = settings.ReadFile(w.File)
	}
	for _, f := range []struct {
		key  string
		word *string
	}{{"name", w.Name}, {"dir", w.Dir}} {
		if f.word == nil {
			continue
		}
		if wrong := s.Set(f.key, *f.word); wrong != nil {
			err = wrong // whatever the file says
		}
	}
	if find := s.Find(); err == nil {
		err = find
	}
	return s, err
}

// settings reads the file and the flags, all of them.
func (n *newSet) settings(c *caller) (*settings.Settings, error) {
	s, err := n.whichSet.settings()
	if err != nil {
		return s, err
	}
	if err := n.flags(c, s); err != nil {
		return s, err
	}
	return s, complete(s)
}

// complete fills in what was not said, and checks it, the store too: what would fail at each
// start is to be refused once.
func complete(s *settings.Settings) error {
	if err := s.Complete(); err != nil || s.Store == "" {
		return err
	}
	_, err := backendOf(s.Store)
	var f *fault
	if errors.As(err, &f) {
		return s.Wrong("store", f.why.Error(), f.hint)
	}
	return err
}

// flags sets what flags say.
func (n *newSet) flags(c *caller, s *settings.Settings) error {
	words := map[string][]string{"env": n.Env, "command": n.Command}
	if len(n.Command) > 0 && n.Command[0] == "--" {
		words["command"] = n.Command[1:]
	}
	for name, word := range texts(n) {
		words[name] = []string{word}
	}
	if c.store != "" {
		words["store"] = []string{c.store}
	}
	for _, key := range settings.Keys() {
		if len(words[key]) == 0 {
			continue
		}
		if err := s.Set(key, words[key]...); err != nil {
			return err
		}
	}
	return nil
}

// texts are the flags that were given and are one text each, by their key's name.
func texts(n *newSet) map[string]string {
	all := map[string]string{}
	v := reflect.ValueOf(n).Elem()
	for i := range v.NumField() {
		name := snake(v.Type().Field(i).Name)
		switch f := v.Field(i); f.Kind() {
		case reflect.Pointer:
			if !f.IsNil() {
				all[name] = f.Elem().String()
			}
		case reflect.Bool:
			if f.Bool() {
				all[name] = "true"
			}
		}
	}
	return all
}

// snake is a field's name as a key: StopFirst is stop_first.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// asFarAs is for who acts on what runs, whatever is wrong with the configuration of what is to
// run: an error is only said, unless it leaves open which set is meant.
func (c *caller) asFarAs(set *settings.Settings, err error) error {
	if err == nil {
		return nil
	}
	if f := misset(err); codeOf(f) == exitUsage || !set.Sure() {
		return f
	}
	c.note("tasuki: %s", plain(err.Error()))
	return nil
}

// bare is an error of package supervise's without the name of that, which people did not type.
type bare struct{ error }

func (b bare) Error() string { return strings.TrimPrefix(b.error.Error(), "supervise: ") }
func (b bare) Unwrap() error { return b.error }

// misset is an error of settings as a fault: a flag's is one of the command line.
func misset(err error) error {
	var m *settings.Mistake
	switch {
	case err == nil:
		return nil
	case errors.As(err, &m) && strings.HasPrefix(m.Where, "--"):
		return &fault{doing: "reading the command line", why: err, code: exitUsage}
	case errors.As(err, &m), errors.Is(err, control.ErrRefused):
		return &fault{doing: "reading the configuration", why: err, code: exitConfig}
	}
	return &fault{doing: "reading the configuration", why: err, code: exitFailed}
}
