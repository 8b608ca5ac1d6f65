package redis

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// Fields of payloads that are not Sidekiq's.
const (
	ownField   = "tasuki"
	whyField   = "tasuki_why"      // why it is dead or cancelled
	endedField = "tasuki_ended_at" // of those that are done or cancelled
)

// own is what a payload's field tasuki holds: what jobs have that Sidekiq's do not.
type own struct {
	// One: args holds the one value that the job's arguments are.
	One           bool            `json:"one,omitempty"`
	Format        int             `json:"format,omitempty"` // 0: 1
	Timeout       time.Duration   `json:"timeout,omitempty"`
	Keep          time.Duration   `json:"keep,omitempty"`
	Unique        string          `json:"unique,omitempty"`
	Tick          *store.Tick     `json:"tick,omitempty"`
	Interruptions int             `json:"interruptions,omitempty"`
	Releases      int             `json:"releases,omitempty"`
	Deaths        int             `json:"deaths,omitempty"`
	Journal       bool            `json:"journal,omitempty"` // it has one
	State         store.State     `json:"state,omitempty"`   // done or cancelled
	Result        json.RawMessage `json:"result,omitempty"`
}

// zero says whether there is nothing to write.
func (o *own) zero() bool {
	return !o.One && o.Format == 0 && o.Timeout == 0 && o.Keep == 0 && o.Unique == "" && o.Tick == nil && o.Interruptions == 0 &&
		o.Releases == 0 && o.Deaths == 0 && !o.Journal && o.State == "" && o.Result == nil
}

// change is the field as it shall be written.
func (o *own) change() (wire.Change, error) {
	if o.zero() {
		return wire.Change{Name: ownField}, nil
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return wire.Change{}, fmt.Errorf("what tasuki keeps of a job: %w", err)
	}
	raw, err = wire.AppendRuby(nil, raw)
	return wire.Change{Name: ownField, Raw: string(raw)}, err
}

// A job is a payload and what tasuki reads in it.
type job struct {
	wire.Payload
	own
	raw string
	rec store.Record // what stands in the payload
}

var (
	errNoClass = errors.New("it has no class")
	errNoArgs  = errors.New("its args are no array")
	errTooBig  = fmt.Errorf("it is larger than %d MiB", maxRuby>>20)
)

// maxRuby is the limit in bytes on payloads of others.
const maxRuby = 16 << 20

// readJob reads a payload. A job that is no job comes with an error and what could be
// read of it.
func readJob(text string) (*job, error) {
	j := &job{raw: text}
	if len(text) > maxRuby {
		return j, errTooBig
	}
	var err error
	if j.Payload, err = wire.Parse(text); err != nil {
		return j, err
	}
	if raw, ok := j.Raw(ownField); ok {
		if err := json.Unmarshal([]byte(raw), &j.own); err != nil {
			j.own = own{}
		}
	}
	return j, j.read()
}

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

// head is the payload of a new job without the brace at its end, for the server to write
// the times behind it.
func head(in *store.Job) (string, error) {
	o := own{Timeout: in.Timeout, Keep: in.Keep, Unique: in.Unique}
	if in.Tick.Schedule != "" {
		o.Tick = &in.Tick
	}
	b := make([]byte, 0, len(in.Args)+len(in.Kind)+len(in.ID)+128)
	b = append(b, `{"retry":`...)
	if in.MaxAttempts > 0 {
		b = strconv.AppendInt(b, int64(in.MaxAttempts-1), 10)
	} else {
		b = append(b, "true"...)
	}
	b = append(b, `,"queue":`...)
	b = wire.AppendString(b, queueOf(in))
	if len(in.Tags) > 0 {
		b = append(b, `,"tags":`...)
		b = appendStrings(b, in.Tags)
	}
	b = append(b, `,"class":`...)
	b = wire.AppendString(b, in.Kind)
	b = append(b, `,"args":`...)
	o.One = len(in.Args) == 0 || firstByte(in.Args) != '['
	var err error
	switch {
	case len(in.Args) == 0:
		b = append(b, "[null]"...)
	case o.One:
		b = append(b, '[')
		b, err = wire.AppendRuby(b, in.Args)
		b = append(b, ']')
	default:
		b, err = wire.AppendRuby(b, in.Args)
	}
	if err != nil {
		return "", fmt.Errorf("job %q: arguments: %w", in.ID, err)
	}
	if isActiveJob(in.Kind) {
		if inner, _, _, ok, err := wire.ActiveJob(string(in.Args)); ok && err == nil {
			b = append(b, `,"wrapped":`...)
			b = wire.AppendString(b, inner)
		}
	}
	b = append(b, `,"jid":`...)
	b = wire.AppendString(b, in.ID)
	if c, err := o.change(); err != nil {
		return "", err
	} else if c.Raw != "" {
		b = append(append(b, `,"tasuki":`...), c.Raw...)
	}
	return string(b), nil
}

// spelled is the payload in Ruby's spelling, also if it was enqueued in another: Sidekiq
// finds what it moves between sorted sets by how it would spell it.
func (j *job) spelled() wire.Payload {
	text, err := wire.AppendRuby(nil, []byte(j.Text()))
	if err != nil || string(text) == j.Text() {
		return j.Payload
	}
	p, err := wire.Parse(string(text))
	if err != nil {
		return j.Payload
	}
	return p
}

// leavesNoBody says whether Sidekiq drops the job when it fails for good.
func (j *job) leavesNoBody() bool {
	return j.Value("retry") == "false" || j.Value("dead") == "false"
}

// isActiveJob says whether a class is the one behind which Active Job hides its own.
func isActiveJob(class string) bool {
	return class == "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper" || class == "Sidekiq::ActiveJob::Wrapper"
}

func firstByte(raw []byte) byte {
	for _, c := range raw {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendString(b, s)
	}
	return append(b, ']')
}

func queueOf(j *store.Job) string {
	if j.Queue == "" {
		return store.DefaultQueue
	}
	return j.Queue
}
