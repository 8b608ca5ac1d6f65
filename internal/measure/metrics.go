// Package measure says what tasuki measures, once for all ways to export it: the
// metrics with their names, what in a worker's life moves each, and how the gauges
// are read. Packages prometheus and otel only carry it out.
package measure

import "strings"

// A Metric is one line of the table in docs/observability.md.
type Metric struct {
	Name   string // as OpenTelemetry has it: "tasuki.runs.ended"
	Type   Type
	Unit   string // UCUM: "s", or a word in braces
	Help   string
	Labels []string
	// Buckets are the upper bounds of a histogram's buckets.
	Buckets []float64
}

// Type is what sort of metric one is.
type Type string

const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
	// Total is a counter that somebody else keeps; it is read like a gauge.
	Total Type = "total"
)

// Read says whether the metric is read when somebody looks, not counted as it
// happens.
func (m *Metric) Read() bool { return m.Type == Gauge || m.Type == Total }

// Prometheus is the metric's name there, as OpenTelemetry's own rules translate it.
func (m *Metric) Prometheus() string {
	name := strings.ReplaceAll(m.Name, ".", "_")
	if m.Unit == "s" {
		name += "_seconds"
	}
	if m.Type == Counter || m.Type == Total {
		name += "_total"
	}
	return name
}

// Attribute is a label's name in OpenTelemetry.
func Attribute(label string) string { return "tasuki." + label }

var (
	runBuckets  = []float64{0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21600, 86400}
	stopBuckets = []float64{0.1, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 60, 120, 300, 900}
)

// What runs and jobs come to.
var (
	RunsEnded = &Metric{"tasuki.runs.ended", Counter, "{run}",
		"Runs that ended, by what became of the job: done, failed, dead, snoozed, handed_over, cancelled, or lost (it is another worker's by now).",
		[]string{"kind", "queue", "outcome"}, nil}
	RunDuration = &Metric{"tasuki.run.duration", Histogram, "s",
		"How long runs took.", []string{"kind", "outcome"}, runBuckets}
	RunWait = &Metric{"tasuki.run.wait", Histogram, "s",
		"How long jobs had been due when their run began.", []string{"kind", "queue"}, runBuckets}
	ItemsDone = &Metric{"tasuki.items.done", Counter, "{item}",
		"Items and steps that runs did.", []string{"kind"}, nil}
)

// What deploys and deaths cost.
var (
	Interrupted = &Metric{"tasuki.jobs.interrupted", Counter, "{job}",
		"Runs cut short through no fault of the job: between two items by a stop (stop), at the end of the stop's time (last_call), by the death of their worker (release).",
		[]string{"kind", "by"}, nil}
	HandedOver = &Metric{"tasuki.jobs.handed_over", Counter, "{job}",
		"Hand-overs: between two items of a worker that stops or is quiet (stop), at last call (last_call), of a job whose turn was over while the worker works on (turn).",
		[]string{"kind", "reason"}, nil}
	Released = &Metric{"tasuki.jobs.released", Counter, "{job}",
		"Jobs that this worker took back from dead ones, by what they are now: ready, dead (too many deaths), cancelled.",
		[]string{"kind", "state"}, nil}
	RedoItems = &Metric{"tasuki.redo.items", Counter, "{item}",
		"Items that are done again because of a hand-over, a release or a failure; an estimate, rather too high. A job without items counts as one.",
		[]string{"kind", "cause"}, nil}
	RedoTime = &Metric{"tasuki.redo.time", Counter, "s",
		"Work that is done again because of a hand-over, a release or a failure; an estimate.",
		[]string{"kind", "cause"}, nil}
	JobInterruptions = &Metric{"tasuki.job.interruptions", Counter, "{interruption}",
		"Hand-overs and releases in the whole life of the jobs that came to their end (done, dead, cancelled) on this worker.",
		[]string{"kind", "by"}, nil}
)

// The worker itself.
var (
	WorkerState = &Metric{"tasuki.worker.state", Gauge, "{worker}",
		"Workers of this process by state: starting, working, quiet, stopping, leaving, ended.", []string{"state"}, nil}
	WorkerBusy = &Metric{"tasuki.worker.busy", Gauge, "{slot}",
		"Slots in which a job runs.", nil, nil}
	WorkerSlots = &Metric{"tasuki.worker.slots", Gauge, "{slot}",
		"Slots there are.", nil, nil}
	BeatAge = &Metric{"tasuki.worker.beat.age", Gauge, "s",
		"Time since the last beat that the store answered was sent; of several workers the longest.", nil, nil}
	Beats = &Metric{"tasuki.worker.beats", Counter, "{beat}",
		"Beats that the store answered.", nil, nil}
	StopDuration = &Metric{"tasuki.stop.duration", Histogram, "s",
		"How long stops took, from the order to the exit.", nil, stopBuckets}
	StillRunning = &Metric{"tasuki.stop.still_running", Counter, "{job}",
		"Jobs whose handlers outlived the stop.", []string{"kind"}, nil}
	Unrecorded = &Metric{"tasuki.stop.unrecorded", Counter, "{job}",
		"Jobs that ended but could not be recorded before the exit; they run again.", []string{"kind"}, nil}
)

// The store, as whoever looks sees it.
var (
	StoreUp = &Metric{"tasuki.store.up", Gauge, "{store}",
		"1 if the store answered the last look at it, else 0; then the metrics below are absent.", nil, nil}
	StoreWorkers = &Metric{"tasuki.store.workers", Gauge, "{worker}",
		"Workers that the store knows, by the state they last said.", []string{"state"}, nil}
	QueueJobs = &Metric{"tasuki.queue.jobs", Gauge, "{job}",
		"Jobs in the store.", []string{"queue", "state"}, nil}
	QueueLatency = &Metric{"tasuki.queue.latency", Gauge, "s",
		"How long the oldest ready job has been ready.", []string{"queue"}, nil}
	QueuePaused = &Metric{"tasuki.queue.paused", Gauge, "{queue}",
		"1 if the queue is paused, else 0.", []string{"queue"}, nil}
	StoreDone = &Metric{"tasuki.store.done", Total, "{job}",
		"Jobs done since the store was made.", nil, nil}
	StoreFailed = &Metric{"tasuki.store.failed", Total, "{attempt}",
		"Attempts that failed since the store was made.", nil, nil}
)

// All are all metrics in the order of the docs.
var All = []*Metric{
	RunsEnded, RunDuration, RunWait, ItemsDone,
	Interrupted, HandedOver, Released, RedoItems, RedoTime, JobInterruptions,
	WorkerState, WorkerBusy, WorkerSlots, BeatAge, Beats, StopDuration, StillRunning, Unrecorded,
	StoreUp, StoreWorkers, QueueJobs, QueueLatency, QueuePaused, StoreDone, StoreFailed,
}
