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

// A reading is what the fields of a payload say, on their way into the record.
type reading struct {
	class, args, jid wire.Value
	retried, failed  time.Time
	until            bool // it has a retry_for
}

// read fills the record.
func (j *job) read() error {
	r := &j.rec
	var got reading
	for name, v := range j.All() {
		got.field(r, name, v)
	}
	if r.Failure != nil {
		if r.Failure.At = got.retried; got.retried.IsZero() {
			r.Failure.At = got.failed
		}
	}
	r.ID = j.id(got.jid)
	r.Timeout, r.Keep, r.Unique = j.own.Timeout, j.own.Keep, j.own.Unique
	if got.until {
		r.MaxAttempts = math.MaxInt32 // time alone says when it is enough
	}
	if j.own.Tick != nil {
		r.Tick = *j.own.Tick
	}
	r.Format = max(1, j.own.Format)
	r.Interruptions, r.Releases, r.Deaths = j.own.Interruptions, j.own.Releases, j.own.Deaths
	r.Result = j.own.Result
	return j.work(got.class, got.args)
}

// field reads one field.
func (got *reading) field(r *store.Record, name string, v wire.Value) {
	switch name {
	case "class":
		got.class = v
	case "args":
		got.args = v
	case "jid":
		got.jid = v
	case "queue":
		r.Queue, _ = v.Text()
	case "tags":
		r.Tags, _ = v.Strings()
	case "retry":
		r.MaxAttempts = maxAttempts(v)
	case "retry_for":
		_, found := v.Float()
		got.until = found == wire.OK
	case "retry_count":
		if n, found := v.Int(); found == wire.OK {
			r.Attempts = int(max(0, min(n, math.MaxInt-1)+1))
		}
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

// id is the job's, or one made of its text where it has none that tasuki takes.
func (j *job) id(jid wire.Value) string {
	id, _ := jid.Text()
	if id != "" && len(id) <= store.MaxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return id
	}
	sum := sha256.Sum256([]byte(j.raw))
	return fmt.Sprintf("sk-%x", sum[:12])
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
	j.rec.Kind = class
	args := string(list)
	if args == "" || args[0] != '[' {
		return errNoArgs
	}
	if isActiveJob(class) {
		if inner, plain, _, ok, err := wire.ActiveJob(args); ok && err == nil {
			j.rec.Kind, j.rec.Args = inner, plain
			return nil
		}
	}
	if j.own.One {
		args = strings.TrimSpace(args[1 : len(args)-1])
	}
	j.rec.Args = json.RawMessage(args)
	return nil
}
