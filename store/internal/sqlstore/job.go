package sqlstore

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Job is a job as it is stored, live or ended. Times are microseconds of Unix
// time. Numbers are as wide as any store keeps them: what somebody put into a row by
// hand must not become another number when it is read.
type Job struct {
	Seq      int64 // as enqueued
	ID       string
	Lane     int64
	Queue    string
	Kind     string
	Format   int
	State    int64
	Priority int64
	Ord      int64 // when it became or becomes due; lower by Front in front
	Created  int64
	Trail    int64
	Args     json.RawMessage
	Key      string // what it is unique by
	More     More

	Cursor   json.RawMessage
	Progress store.Progress
	Saved    int64 // Seq of its claim's last save; 0: none

	Worker     int64 // 0: none
	WorkerName string
	Token      int64
	Claimed    int64
	Cancelling bool

	Result json.RawMessage
	Ended  int64
	Until  int64 // when Prune deletes it; 0: not by itself
}

// More is the column more: what few jobs have or few statements read.
type More struct {
	MaxAttempts   int            `json:"max_attempts,omitempty"`
	Timeout       time.Duration  `json:"timeout,omitempty"`
	Tags          []string       `json:"tags,omitempty"`
	Keep          time.Duration  `json:"keep,omitempty"`
	Tick          store.Tick     `json:"tick,omitzero"`
	Attempts      int            `json:"attempts,omitempty"`
	Interruptions int            `json:"interruptions,omitempty"`
	Releases      int            `json:"releases,omitempty"`
	Deaths        int            `json:"deaths,omitempty"`
	Failure       *store.Failure `json:"failure,omitempty"`
	Why           string         `json:"why,omitempty"`
	Runs          int            `json:"runs,omitempty"` // journal lines ever written
}

// Empty says whether there is nothing to store.
func (m *More) Empty() bool {
	return m.MaxAttempts == 0 && m.Timeout == 0 && m.Tags == nil && m.Keep == 0 && m.Tick == store.Tick{} &&
		m.Attempts == 0 && m.Interruptions == 0 && m.Releases == 0 && m.Deaths == 0 &&
		m.Failure == nil && m.Why == "" && m.Runs == 0
}

// NewJob is a job that comes in now. It has no seq and no lane yet.
func NewJob(j *store.Job, now int64) Job {
	n := Job{
		ID: j.ID, Queue: QueueOf(j), Kind: j.Kind, State: Ready, Priority: int64(j.Priority), Ord: now, Created: now,
		Args: j.Args, Key: j.Unique, Format: store.Format,
		More: More{MaxAttempts: j.MaxAttempts, Timeout: j.Timeout, Keep: j.Keep, Tick: j.Tick},
	}
	if j.Delay > 0 {
		n.State, n.Ord = Scheduled, now+Micros(j.Delay)
	}
	if j.Keep > 0 {
		n.Trail |= TrailKeep
	}
	if len(j.Tags) > 0 {
		n.More.Tags, n.Trail = j.Tags, n.Trail|TrailTags
	}
	return n
}

// QueueOf is the queue of a job.
func QueueOf(j *store.Job) string {
	if j.Queue == "" {
		return store.DefaultQueue
	}
	return j.Queue
}

// Micros is a delay as it is stored, 0 only if there is none.
func Micros(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return max(d.Microseconds(), 1)
}

// Record is the job as everybody knows it, without its journal.
func (j *Job) Record() store.Record {
	return store.Record{
		Job: store.Job{
			ID: j.ID, Kind: j.Kind, Queue: j.Queue, Args: j.Args, Priority: int(j.Priority),
			MaxAttempts: j.More.MaxAttempts, Timeout: j.More.Timeout, Unique: j.Key,
			Tags: j.More.Tags, Keep: j.More.Keep, Tick: j.More.Tick,
		},
		State: StateNames[j.State], Format: j.Format,
		Attempts: j.More.Attempts, Interruptions: j.More.Interruptions,
		Releases: j.More.Releases, Deaths: j.More.Deaths,
		Cursor: j.Cursor, Progress: j.Progress, Result: j.Result,
		Failure: j.More.Failure, Why: j.More.Why,
		Worker: j.WorkerName, Token: store.Token(j.Token), Cancelling: j.Cancelling,
		CreatedAt: Time(j.Created), DueAt: Time(DueOf(j.Ord)), ClaimedAt: Time(j.Claimed), EndedAt: Time(j.Ended),
	}
}

// TakenBy makes a ready job one that runs, and answers it as the worker that claims it
// sees it.
func (j *Job) TakenBy(req *store.ClaimRequest, now int64) store.Record {
	j.State, j.Format = Running, store.Format
	rec := j.Record()
	rec.Tick = store.Tick{}
	rec.Worker, rec.Token, rec.ClaimedAt = req.Worker, req.Token, Time(now)
	return rec
}

// Ripen makes a job that became due ready, whether or not a claim came by to say so.
func (j *Job) Ripen(now int64) {
	if (j.State == Scheduled || j.State == Retry) && j.Ord <= now {
		j.State = Ready
	}
}

// CheckJobs says why some job can never be stored, or nil. limit bounds arguments, in
// bytes.
func CheckJobs(jobs []store.Job, limit int) error {
	for i := range jobs {
		if err := jobs[i].Check(limit); err != nil {
			return err
		}
	}
	return nil
}
