package redis

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// read reads what the job is.
func (j *job) read() error {
	var class, args, jid wire.Value
	for name, v := range j.All() {
		switch name {
		case "class":
			class = v
		case "args":
			args = v
		case "jid":
			jid = v
		case "retry_count":
			if n, found := v.Int(); found == wire.OK {
				j.attempts = int(max(0, min(n, math.MaxInt-1)+1))
			}
		case ownField:
			j.own = readOwn(string(v))
		}
	}
	j.id = j.idOf(jid)
	return j.work(class, args)
}

// A reading is what the fields of a payload say, on their way into a record.
type reading struct {
	retried, failed time.Time
	until           bool // it has a retry_for
}

// record writes what stands in the payload into a record that has nothing yet.
func (j *job) record(r *store.Record) {
	var got reading
	for name, v := range j.All() {
		got.field(r, name, v)
	}
	if r.Failure != nil {
		if r.Failure.At = got.retried; got.retried.IsZero() {
			r.Failure.At = got.failed
		}
	}
	r.ID, r.Kind, r.Attempts = j.id, j.kind, j.attempts
	if j.args != "" {
		r.Args = json.RawMessage(j.args)
	}
	r.Timeout, r.Keep, r.Unique = j.Timeout, j.Keep, j.Unique
	if got.until && j.Value("retry") != "false" {
		r.MaxAttempts = math.MaxInt32 // time alone says when it is enough
	}
	if j.Tick != nil {
		r.Tick = *j.Tick
	}
	r.Format = j.format()
	r.Interruptions, r.Releases, r.Deaths = j.Interruptions, j.Releases, j.Deaths
	r.Result = j.Result
}

// format is that of the job's state.
func (j *job) format() int { return max(1, j.Format) }

// queue is the one that the payload names.
func (j *job) queue() string {
	name, _ := j.String("queue")
	return name
}

func (j *job) tags() []string {
	tags, _ := j.Strings("tags")
	return tags
}

// due is when it entered its queue.
func (j *job) due() time.Time { return timeOf(j.Value("enqueued_at")) }

// field reads one field.
func (got *reading) field(r *store.Record, name string, v wire.Value) {
	switch name {
	case "queue":
		r.Queue, _ = v.Text()
	case "tags":
		r.Tags, _ = v.Strings()
	case "retry":
		r.MaxAttempts = maxAttempts(v)
	case "retry_for":
		_, found := v.Float()
		got.until = found == wire.OK
	case "created_at":
		r.CreatedAt = timeOf(v)
	case "enqueued_at":
		r.DueAt = timeOf(v)
	case endedField:
		r.EndedAt = timeOf(v)
	case whyField:
		r.Why, _ = v.Text()
	default:
		got.failure(r, name, v)
	}
}

// failure reads a field about the last failure.
func (got *reading) failure(r *store.Record, name string, v wire.Value) {
	switch name {
	case "retried_at":
		got.retried = timeOf(v)
	case "failed_at":
		got.failed = timeOf(v)
	case "error_class", "error_message", "error_backtrace":
		text, found := v.Text()
		if found != wire.OK {
			return
		}
		if r.Failure == nil {
			r.Failure = &store.Failure{}
		}
		switch name {
		case "error_class":
			r.Failure.Class = text
		case "error_message":
			r.Failure.Message = text
		default:
			if lines, err := wire.ReadBacktrace(text); err == nil {
				r.Failure.Stack = strings.Join(lines, "\n")
			}
		}
	}
}

// idOf is the job's id, or one made of its text where it has none that tasuki takes.
func (j *job) idOf(jid wire.Value) string {
	if id, _ := jid.Text(); isID(id) {
		return id
	}
	if isID(j.ID) {
		return j.ID
	}
	sum := sha256.Sum256([]byte(j.raw))
	return fmt.Sprintf("sk-%x", sum[:12])
}

func isID(id string) bool {
	return id != "" && len(id) <= store.MaxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// maxAttempts is what retry says: how often it is tried again.
func maxAttempts(v wire.Value) int {
	if n, found := v.Int(); found == wire.OK {
		return int(min(max(0, n), math.MaxInt-1)) + 1
	}
	if again, found := v.Bool(); found == wire.OK && !again {
		return 1
	}
	return 0
}

func timeOf(v wire.Value) time.Time {
	t, found := v.Time()
	if found != wire.OK {
		return time.Time{}
	}
	return t.UTC()
}

// work reads what there is to do.
func (j *job) work(name, list wire.Value) error {
	class, found := name.Text()
	if found != wire.OK || class == "" {
		return errNoClass
	}
	j.kind = class
	if list == "" || list[0] != '[' {
		return errNoArgs
	}
	j.args = string(list)
	if isActiveJob(class) {
		if inner, plain, _, ok, err := wire.ActiveJob(j.args); ok && err == nil {
			j.kind, j.args = inner, string(plain)
			return nil
		}
	}
	if j.One {
		j.args = strings.TrimSpace(j.args[1 : len(j.args)-1])
	}
	return nil
}
