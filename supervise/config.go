package supervise

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Config says what a [Supervisor] runs. Worker.Command and Dir are needed, all else has
// a default.
type Config struct {
	Worker Worker

	// Workers is how many slots there are. Default 1, at most 1000.
	Workers int

	// Dir is where locks, records and the control socket are kept, a directory of this
	// user alone on a local disk. It is made if it is missing. Needed: two supervisors
	// know of each other by it.
	Dir string

	Restart Restart
	Limits  Limits

	// Timeout is how long a stop of the supervisor waits for its workers after their stop
	// signal; those that still run then are killed, and named. Default 0: for as long as
	// they take.
	Timeout time.Duration

	// Lock is the supervisor's lock of Dir, which [Claim] took; Run closes it. Default:
	// Run takes it.
	Lock *os.File

	// Witness is told of each worker's death. Default: nobody.
	Witness Witness

	// Log is where the supervisor writes what it does. Default slog.Default().
	Log *slog.Logger

	// LogFile is the file that Log writes to, for hints. Default: none is named.
	LogFile string

	// Output is where workers print, by themselves, since they outlive the supervisor.
	// Default: os.Stdout and os.Stderr.
	Output *os.File
}

// A Worker is the program of each slot.
type Worker struct {
	// Command is run without a shell. In its words and in Env %i stands for the worker's
	// identity, which no other living worker has, %s for its slot, 0 to Workers-1, %g for
	// its generation, %% for a percent sign. The identity is the slot's number, or
	// SLOT.2, SLOT.3 beside a worker of that slot that still ends.
	Command []string

	// Dir is where it runs. Default: where the supervisor does.
	Dir string

	// Env is added to the supervisor's environment, as NAME=VALUE.
	Env []string

	// Kind says what the program understands. Default: what the command looks like.
	Kind Kind

	// Ready says how it tells that it works. Default: what its kind does.
	Ready Ready

	// Stop asks it to end, Quiet to take no more jobs, Resume takes Quiet back.
	// Default: what its kind understands; -1: it has none.
	Stop, Quiet, Resume syscall.Signal
}

// Restart says how workers are replaced.
type Restart struct {
	// StopFirst lets an old worker end before its successor starts.
	StopFirst bool

	// Surge is how many workers there may be beyond Workers meanwhile. Default: Workers
	// and one: old ones that still have jobs, and one that tries a further version beside
	// them. Where old workers take all places a further restart waits until one has ended;
	// once a worker of the new version is ready, or where there is too little memory, old
	// workers end first.
	Surge int

	// Generations is how many workers of one slot may live at a time: the one that works
	// and those that still end. A further restart waits. Default 3, at least 2.
	Generations int

	// ReadyTimeout is how long a new worker may take until it is ready; then the restart
	// has failed and the old ones go on. Default 1 min, and what Ready.Alive is.
	ReadyTimeout time.Duration

	// Drain is how long an old worker may go on with its jobs before it gets its stop
	// signal all the same. Default 0: for as long as they take.
	Drain time.Duration
}

// Limits are when a worker is replaced by itself, as in a restart; 0: never.
type Limits struct {
	Memory int64         // bytes in RAM
	Age    time.Duration // up to a tenth less, so that not all are replaced at once
	Jobs   int64         // jobs ended, of workers that tell
}

// Ready is how a worker tells that it works.
type Ready struct {
	// Notify: it sends READY=1 to NOTIFY_SOCKET, as sd_notify(3) does.
	Notify bool
	// Alive: it has lived for so long.
	Alive time.Duration
}

func (r Ready) zero() bool { return !r.Notify && r.Alive == 0 }

// MaxWorkers is more than one machine has use for.
const MaxWorkers = 1000

// complete checks a configuration and fills in what was left out.
func (c Config) complete() (Config, error) {
	if len(c.Worker.Command) == 0 || c.Worker.Command[0] == "" {
		return c, wrong("Worker.Command is empty", "name the program that works, such as ./worker")
	}
	if c.Dir == "" {
		return c, wrong("Dir is empty", "name a directory that no other set of workers has")
	}
	for _, n := range []struct {
		field string
		value int64
	}{{"Workers", int64(c.Workers)}, {"Restart.Surge", int64(c.Restart.Surge)}, {"Restart.Generations", int64(c.Restart.Generations)},
		{"Restart.ReadyTimeout", int64(c.Restart.ReadyTimeout)}, {"Restart.Drain", int64(c.Restart.Drain)}, {"Timeout", int64(c.Timeout)},
		{"Limits.Memory", c.Limits.Memory}, {"Limits.Age", int64(c.Limits.Age)}, {"Limits.Jobs", c.Limits.Jobs}, {"Worker.Ready.Alive", int64(c.Worker.Ready.Alive)}} {
		if n.value < 0 {
			return c, wrong(n.field+" is negative", "0 means its default")
		}
	}
	if c.Workers > MaxWorkers {
		return c, wrong(fmt.Sprintf("Workers is %d, more than %d", c.Workers, MaxWorkers), "give one worker more slots instead")
	}
	if c.Restart.Generations == 1 {
		return c, wrong("Restart.Generations is 1", "the worker that ends and the one that begins are 2; StopFirst has them one after the other")
	}
	if r := c.Restart.ReadyTimeout; r > 0 && r <= c.Worker.Ready.Alive {
		return c, wrong(fmt.Sprintf("Restart.ReadyTimeout is %v, and no worker is ready before %v, Worker.Ready.Alive", r, c.Worker.Ready.Alive), "make it longer, or leave it out")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, fmt.Errorf("directory Dir: %w", err)
	}
	c.Dir = dir
	c.defaults()
	return c, nil
}

func (c *Config) defaults() {
	c.Workers = orElse(c.Workers, 1)
	c.Restart.Surge = orElse(c.Restart.Surge, c.Workers+1)
	c.Restart.Generations = orElse(c.Restart.Generations, 3)
	c.Restart.ReadyTimeout = orElse(c.Restart.ReadyTimeout, time.Minute+c.Worker.Ready.Alive)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	w := &c.Worker
	w.Command, w.Env = slices.Clone(w.Command), slices.Clone(w.Env)
	w.Kind = orElse(w.Kind, kindOf(w.Command))
	of := w.Kind.habits()
	w.Stop, w.Quiet, w.Resume = orElse(w.Stop, of.stop), orElse(w.Quiet, of.quiet), orElse(w.Resume, of.resume)
	if w.Ready.zero() {
		w.Ready = of.ready
	}
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func wrong(what, hint string) error { return fmt.Errorf("%s (hint: %s)", what, hint) }
