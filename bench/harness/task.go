package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"time"
)

// A Task is one measurement for one process.
type Task struct {
	Measure    string
	Contestant string
	Path       string // of the store
	Server     int    // process of the store's server; 0: it has none
	Jobs       int    // to work off, enqueue, time
	Strangers  int    // fill: jobs of an unknown kind in front
	Churn      int    // fill: jobs that were worked off before
	Skip       int    // drain: jobs that start before the clock
	Hold       bool   // drain: while a transaction is open
	Slots      int
	Callers    int           // goroutines that enqueue
	Batch      int           // jobs of one Enqueue
	Every      time.Duration // latency: from one job to the next, on average
	For        time.Duration // how long, where time is the measure
	Profile    string        // where to write a CPU profile; empty: none
}

const taskEnv = "TASUKI_BENCH_TASK"

// measures are what a process can be told to do.
var measures = map[string]func(context.Context, *Contestant, *Task) (Sample, error){
	"fill":    fill,
	"drain":   drain,
	"enqueue": enqueue,
	"latency": latency,
	"across":  across,
	"produce": produce,
	"slots":   slots,
	"growth":  growth,
	"idle":    idle,
}

// Child does the task that this process was started for and exits; it returns
// if the process was started by a person.
func Child(contestants []Contestant) {
	text := os.Getenv(taskEnv)
	if text == "" {
		return
	}
	if err := child(contestants, text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(contestants []Contestant, text string) error {
	var t Task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Errorf("read the task: %w", err)
	}
	c, measure := find(contestants, t.Contestant), measures[t.Measure]
	if c == nil || measure == nil {
		return fmt.Errorf("no such task: %s of %s", t.Measure, t.Contestant)
	}
	end, err := profile(t.Profile)
	if err != nil {
		return err
	}
	sample, err := measure(context.Background(), c, &t)
	end()
	if err != nil {
		return fmt.Errorf("%s of %s: %w", t.Measure, t.Contestant, err)
	}
	out := os.NewFile(3, "result")
	defer out.Close()
	return json.NewEncoder(out).Encode(sample)
}

func profile(path string) (end func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}

func find(contestants []Contestant, name string) *Contestant {
	for i := range contestants {
		if contestants[i].Name == name {
			return &contestants[i]
		}
	}
	return nil
}

// measured is spawn; the sample also says what share of the processors others used
// meanwhile, in per cent.
func measured(ctx context.Context, t Task) (Sample, error) {
	before, err := look()
	if err != nil {
		return nil, err
	}
	served, err := serverCPU(t.Server)
	if err != nil {
		return nil, err
	}
	sample, ours, err := spawn(ctx, t)
	if err != nil {
		return nil, err
	}
	now, err := serverCPU(t.Server)
	if err != nil {
		return nil, err
	}
	others, err := before.others(ours + now - served)
	sample["others"] = 100 * others
	return sample, err
}

// spawn does a task in a process of its own, and answers the processor time of that.
func spawn(ctx context.Context, t Task) (Sample, time.Duration, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, 0, fmt.Errorf("write the task: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), taskEnv+"="+string(text))
	cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = []*os.File{w}, &said, &said
	err = cmd.Start()
	w.Close()
	if err != nil {
		return nil, 0, err
	}
	var sample Sample
	read := json.NewDecoder(r).Decode(&sample)
	if err := cmd.Wait(); err != nil {
		return nil, 0, fmt.Errorf("%w: %s", err, tail(said.Bytes()))
	}
	if read != nil {
		return nil, 0, fmt.Errorf("read the sample: %w", read)
	}
	return sample, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// tail is the end of what a process said.
func tail(text []byte) []byte {
	text = bytes.TrimSpace(text)
	return text[max(0, len(text)-1000):]
}
