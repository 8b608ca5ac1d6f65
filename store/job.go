package store

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Format is the newest form of job records that this version of tasuki reads
// and the one it writes. A record of a higher format was written by a newer
// version: it is left alone as a job of an unknown kind is, and stays visible.
const Format = 1

// DefaultQueue is the queue of a job that names none.
const DefaultQueue = "default"

// MaxPayload is the default limit in bytes on a job's arguments, its cursor and
// its result, each.
const MaxPayload = 1 << 20

// Remember is how long at least an id stays known after its job ended.
const Remember = 10 * time.Minute

// Limits on the short texts of a job, in bytes.
const (
	MaxID     = 64
	MaxName   = 255 // of a kind and of a queue
	MaxUnique = 255
	MaxTags   = 4096 // of all tags together
)

// A Job is one unit of work as its producer describes it. [Job.Check] says what
// is valid.
type Job struct {
	// ID is the job's identity, made by the client (NewID makes one). 1 to
	// MaxID bytes of printable ASCII without spaces.
	ID string `json:"id"`
	// Kind names what runs the job.
	Kind string `json:"kind"`
	// Queue is the queue it waits in. Empty means DefaultQueue.
	Queue string `json:"queue"`
	// Args are the arguments: one valid JSON text. Empty means null. Stores
	// keep the JSON value: every digit of an integer, the names and their
	// order; of a name that an object has twice the last value. Spaces, escapes and the
	// spelling of a fraction are the store's.
	Args json.RawMessage `json:"args,omitempty"`
	// Priority orders a queue: lower first, 0 by default, negative allowed; 32 bits.
	Priority int `json:"priority,omitempty"`
	// Delay is how long after the store's now the job becomes ready. 0 or
	// less: at once.
	Delay time.Duration `json:"delay,omitempty"`
	// MaxAttempts is after how many failed attempts the job is dead. 0 leaves
	// it to the worker.
	MaxAttempts int `json:"max_attempts,omitempty"`
	// Timeout bounds one attempt. 0 leaves it to the worker.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Unique is a key that at most one unfinished job holds: taken by Enqueue,
	// kept while the job is scheduled, ready, running or retry, and freed in
	// the same write that makes it done, dead, cancelled or deleted.
	Unique string `json:"unique,omitempty"`
	// Tags are for people: they are shown and can be searched for.
	Tags []string `json:"tags,omitempty"`
	// Keep is how long the record, with result and journal, stays readable
	// after the job is done. 0: a job that was done in its first run leaves
	// only its remembered id; one with a journal stays for KeepJournal.
	Keep time.Duration `json:"keep,omitempty"`
	// Tick makes the job one tick of a schedule.
	Tick Tick `json:"tick,omitzero"`

	// Err is why whoever made this job could not: arguments that do not become
	// JSON, for one. Enqueue refuses the job with it.
	Err error `json:"-"`
}

// KeepJournal is how long the record of a done job that has a journal (it ran
// more than once) stays readable even if its Keep is shorter.
const KeepJournal = 24 * time.Hour

// A Tick says which tick of which schedule a job is. A job whose N is not above
// the schedule's last one is not enqueued, in one write with the comparison, so
// that any number of workers may fire the same tick.
type Tick struct {
	Schedule string `json:"schedule,omitempty"` // empty: no tick
	N        int64  `json:"n,omitempty"`        // by custom the tick's Unix second
}

// Check says whether a store may take the job: nil, or an error that wraps
// ErrInvalid and names the field and what is wrong with it. limit bounds the
// arguments in bytes; 0 means MaxPayload.
func (j *Job) Check(limit int) error {
	if j.Err != nil {
		return fmt.Errorf("job %q of kind %q: %w: %w", j.ID, j.Kind, ErrInvalid, j.Err)
	}
	if limit <= 0 {
		limit = MaxPayload
	}
	if why := j.wrong(limit); why != "" {
		return fmt.Errorf("job %q of kind %q: %w: %s", clip(j.ID), clip(j.Kind), ErrInvalid, why)
	}
	return nil
}

func (j *Job) wrong(limit int) string {
	switch {
	case !validID(j.ID):
		return fmt.Sprintf("ID must be 1 to %d printable ASCII characters without spaces (hint: NewID makes one)", MaxID)
	case j.Kind == "" || !validName(j.Kind, MaxName):
		return fmt.Sprintf("Kind must be 1 to %d bytes of UTF-8 without control characters (hint: a short name such as mail.welcome)", MaxName)
	case !validName(j.Queue, MaxName):
		return fmt.Sprintf("Queue must be at most %d bytes of UTF-8 without control characters (hint: a shorter name; hash what is long)", MaxName)
	case !validName(j.Unique, MaxUnique):
		return fmt.Sprintf("Unique must be at most %d bytes of UTF-8 without control characters (hint: a shorter name; hash what is long)", MaxUnique)
	case !validName(j.Tick.Schedule, MaxName):
		return fmt.Sprintf("Tick.Schedule must be at most %d bytes of UTF-8 without control characters (hint: a shorter name; hash what is long)", MaxName)
	case len(j.Args) > limit:
		return fmt.Sprintf("Args are %d bytes, over the limit of %d (hint: keep the data elsewhere and enqueue where it is)", len(j.Args), limit)
	case len(j.Args) > 0 && !(utf8.Valid(j.Args) && json.Valid(j.Args)):
		return "Args are not valid JSON in UTF-8 (hint: put bytes into a string, in base64)"
	case j.Priority != int(int32(j.Priority)):
		return "Priority must fit into 32 bits (hint: a few levels such as -10, 0 and 10 do)"
	case j.MaxAttempts < 0:
		return "MaxAttempts is negative (hint: 0 leaves it to the worker)"
	case j.Timeout < 0:
		return "Timeout is negative (hint: 0 leaves it to the worker)"
	case j.Keep < 0:
		return "Keep is negative (hint: 0 keeps nothing)"
	}
	return wrongTags(j.Tags)
}

func wrongTags(tags []string) string {
	n := 0
	for _, t := range tags {
		n += len(t)
		if t == "" || !validName(t, MaxTags) {
			return "Tags must be UTF-8 without control characters, none empty (hint: leave the empty ones out)"
		}
	}
	if n > MaxTags {
		return fmt.Sprintf("Tags are %d bytes together, over the limit of %d (hint: tags are a few words; the rest belongs into Args)", n, MaxTags)
	}
	return ""
}

func validID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= MaxID
}

func validName(s string, limit int) bool {
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	return len(s) <= limit && utf8.ValidString(s)
}

func clip(s string) string {
	if len(s) > MaxID {
		return s[:MaxID] + "…"
	}
	return s
}

// An Enqueued says what became of one job given to Enqueue.
type Enqueued struct {
	// ID is the job's id, or for a Duplicate the id of the job that holds the
	// key.
	ID   string
	What EnqueuedWhat
}

// EnqueuedWhat is what Enqueue did with a job.
type EnqueuedWhat string

const (
	Added     EnqueuedWhat = "added"     // the job is in the store
	Known     EnqueuedWhat = "known"     // its id was there already
	Duplicate EnqueuedWhat = "duplicate" // its unique key is held by the job named
	Passed    EnqueuedWhat = "passed"    // its tick is not after the schedule's last
)
