package redis

import (
	"encoding/json"
	"errors"
	"fmt"
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
	// ID is the job's if its jid is none: it was made of a text that has changed since.
	ID string `json:"id,omitempty"`
}

// zero says whether there is nothing to write.
func (o *own) zero() bool {
	return !o.One && o.Format == 0 && o.Timeout == 0 && o.Keep == 0 && o.Unique == "" && o.Tick == nil && o.Interruptions == 0 &&
		o.Releases == 0 && o.Deaths == 0 && !o.Journal && o.State == "" && o.Result == nil && o.ID == ""
}

// change is the field as it shall be written.
func (o *own) change() (wire.Change, error) {
	if o.zero() {
		return wire.Change{Name: ownField}, nil
	}
	if rest := *o; o.One {
		if rest.One = false; rest.zero() {
			return wire.Change{Name: ownField, Raw: justOne}, nil
		}
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
	*own     // never nil, and never changed
	raw      string
	id       string
	kind     string
	args     string
	attempts int // failed ones
}

var (
	errNoClass = errors.New("it has no class")
	errNoArgs  = errors.New("its args are no array")
	errTooBig  = fmt.Errorf("it is larger than %d MiB", maxRuby>>20)
)

// maxRuby is the limit in bytes on payloads of others.
const maxRuby = 16 << 20

// maxAdded is room for what a payload of that size comes to have beside: its failure, its
// result.
const maxAdded = 1 << 20

// readJob reads a payload. A job that is no job comes with an error and what could be
// read of it.
func readJob(text string) (*job, error) {
	j := &job{raw: text, own: &noOwn}
	if len(text) > maxRuby+maxAdded {
		j.id = j.idOf("")
		return j, errTooBig
	}
	var err error
	if j.Payload, err = wire.Parse(text); err != nil {
		j.id = j.idOf("")
		return j, err
	}
	return j, j.read()
}

// justOne is what most fields are.
const justOne = `{"one":true}`

// What most jobs have.
var noOwn, oneOwn = own{}, own{One: true}

// readOwn reads the payload's field tasuki. What somebody else wrote there is nothing.
func readOwn(raw string) *own {
	if raw == justOne {
		return &oneOwn
	}
	o := &own{}
	if err := json.Unmarshal([]byte(raw), o); err != nil {
		return &noOwn
	}
	return o
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
