package redis

import "strconv"

// Keys of Sidekiq.
const (
	scheduleKey = "schedule"
	retryKey    = "retry"
	deadKey     = "dead"
	queuesKey   = "queues"
	pausedKey   = "paused"
)

func queueKey(queue string) string { return "queue:" + queue }

// iterationKey is where Sidekiq keeps how far a job is.
func iterationKey(id string) string { return "it-" + id }

// Keys of Sidekiq in which its Web sees a worker, and tells it what to do. Of the two
// that hold what it runs the first is that of versions before 6.5.
const processesKey = "processes"

func oldWorkKey(worker string) string { return worker + ":workers" }
func workKey(worker string) string    { return worker + ":work" }
func signalsKey(worker string) string { return worker + "-signals" }

// keys names tasuki's own keys, all behind one prefix.
type keys string

func (k keys) worker(name string) string    { return string(k) + "worker:" + name }
func (k keys) claims(name string) string    { return string(k) + "claims:" + name }
func (k keys) saves(name string) string     { return string(k) + "saves:" + name }
func (k keys) orders(name string) string    { return string(k) + "orders:" + name }
func (k keys) suspects(queue string) string { return string(k) + "suspects:" + queue }
func (k keys) unique(key string) string     { return string(k) + "unique:" + key }
func (k keys) journal(id string) string     { return string(k) + "journal:" + id }

// ids is the set of the ids that came in in a span of ten minutes.
func (k keys) ids(span int64) string { return string(k) + "ids:" + strconv.FormatInt(span, 10) }

func (k keys) workers() string   { return string(k) + "workers" }
func (k keys) done() string      { return string(k) + "done" }
func (k keys) cancelled() string { return string(k) + "cancelled" }
func (k keys) suspected() string { return string(k) + "suspected" } // queues that may have suspects
func (k keys) orderSeq() string  { return string(k) + "order" }
func (k keys) ticks() string     { return string(k) + "ticks" }
func (k keys) marks() string     { return string(k) + "marks" }
func (k keys) schedules() string { return string(k) + "schedules" }
func (k keys) versions() string  { return string(k) + "versions" } // of schedules
func (k keys) counts() string    { return string(k) + "counts" }   // the highest version, how many were deleted
