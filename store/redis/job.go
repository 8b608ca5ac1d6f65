package redis

import (
	"crypto/sha256"
	hexpkg "encoding/hex"
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

// read fills the record.
func (j *job) read() error {
	r := &j.rec
	r.ID = j.id()
	r.Queue, _ = j.String("queue")
	r.Tags, _ = j.Strings("tags")
	r.MaxAttempts = j.maxAttempts()
	r.Timeout, r.Keep, r.Unique = j.own.Timeout, j.own.Keep, j.own.Unique
	if j.own.Tick != nil {
		r.Tick = *j.own.Tick
	}
	r.Format = max(1, j.own.Format)
	r.Interruptions, r.Releases, r.Deaths = j.own.Interruptions, j.own.Releases, j.own.Deaths
	r.Result = j.own.Result
	if n, found := j.Int("retry_count"); found == wire.OK {
		r.Attempts = int(max(0, min(n, math.MaxInt-1)+1))
	}
	r.Why, _ = j.String(whyField)
	r.CreatedAt = j.time("created_at")
	r.DueAt = j.time("enqueued_at")
	r.EndedAt = j.time(endedField)
	r.Failure = j.failure()
	return j.work()
}

// id is the job's, or one made of its text where it has none that tasuki takes.
func (j *job) id() string {
	id, _ := j.String("jid")
	if id != "" && len(id) <= store.MaxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return id
	}
	sum := sha256.Sum256([]byte(j.raw))
	return "sk-" + hexpkg.EncodeToString(sum[:12])
}

// maxAttempts is what retry says: how often it is tried again.
func (j *job) maxAttempts() int {
	if n, found := j.Int("retry"); found == wire.OK {
		return int(min(max(0, n), math.MaxInt-1)) + 1
	}
	if again, found := j.Bool("retry"); found == wire.OK && !again {
		return 1
	}
	return 0
}

func (j *job) time(name string) time.Time {
	t, found := j.Time(name)
	if found != wire.OK {
		return time.Time{}
	}
	return t.UTC()
}

// failure is the last one.
func (j *job) failure() *store.Failure {
	class, found := j.String("error_class")
	if found != wire.OK {
		return nil
	}
	f := &store.Failure{Class: class, At: j.time("retried_at")}
	f.Message, _ = j.String("error_message")
	if f.At.IsZero() {
		f.At = j.time("failed_at")
	}
	if packed, found := j.String("error_backtrace"); found == wire.OK {
		if lines, err := wire.ReadBacktrace(packed); err == nil {
			f.Stack = strings.Join(lines, "\n")
		}
	}
	return f
}

// work reads what there is to do.
func (j *job) work() error {
	class, found := j.String("class")
	if found != wire.OK || class == "" {
		return errNoClass
	}
	j.rec.Kind = class
	args, ok := j.Raw("args")
	if !ok || args[0] != '[' {
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
