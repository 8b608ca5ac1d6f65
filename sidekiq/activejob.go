package sidekiq

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// Wrapper is the Sidekiq class in which Active Job's jobs travel: of its two names the
// one that all Sidekiqs since version 6 and Rails since 6.1 run.
const Wrapper = "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper"

// An ActiveJob makes jobs for a class of Rails' Active Job with arguments of type A.
type ActiveJob[A any] struct {
	class string
	kind  tasuki.Kind[json.RawMessage] // of the class; its arguments are serialised
}

// NewActiveJob names a class, as MailJob or Admin::MailJob. The options hold for every
// job of it unless the job's own say otherwise; the queue is the job's queue_name, too.
// What the class says in Ruby is not known here: queue_as and queue_with_priority
// do not count, retry_on and discard_on do, since they act where the job runs.
//
// A is laid out as [tasuki.Positional] says; []any is arguments without a type.
func NewActiveJob[A any](class string, opts ...tasuki.Option) ActiveJob[A] {
	return ActiveJob[A]{class: class, kind: tasuki.NewKind[json.RawMessage](class, opts...)}
}

// Class is the class's name.
func (a ActiveJob[A]) Class() string { return a.class }

// Job makes a job that Rails performs, with a new id. Its kind is [Wrapper]; UniqueArgs
// looks at class and arguments alone. What cannot be an argument is reported by
// Enqueue, EnqueueTx and Then.
//
// In Ruby the arguments are:
//
//   - nil, true, false, Integer, Float, String, Array: as JSON has them, floats as
//     Float also without a fraction, []byte as text in base64
//   - a map: a Hash with Strings as keys, or with Symbols where the key's type is Symbol;
//     a struct: a Hash with the names that encoding/json gives its fields
//   - [Symbol]: Symbol; [Date]: Date; time.Time: Time; time.Duration and [Duration]:
//     ActiveSupport::Duration; [GlobalID]: the record that it names
//   - [Keywords], as the last argument: keyword arguments
//   - a type with a JSON form of its own: what that JSON is
func (a ActiveJob[A]) Job(args A, opts ...tasuki.Option) store.Job {
	arguments, err := serialise(args)
	job := a.kind.Job(arguments, opts...)
	if !isConstant(a.class) {
		err = fmt.Errorf("%q is not the name of a Ruby class (hint: as in Admin::MailJob)", a.class)
	}
	if err != nil {
		job.Err = err
		return job
	}
	if job.Queue == "" {
		job.Queue = store.DefaultQueue
	}
	job.Kind = Wrapper
	job.Args, err = json.Marshal([]envelope{{
		Class: a.class, ID: job.ID, Queue: job.Queue, Arguments: arguments,
		EnqueuedAt: time.Now().UTC().Format(rubyTime),
	}})
	if err != nil {
		job.Err = fmt.Errorf("active job: %w", err)
	}
	return job
}

// An envelope is what Active Job keeps of a job. Without locale and time zone a job
// runs with those of its Rails application. EnqueuedAt is for people and for metrics.
type envelope struct {
	Class         string          `json:"job_class"`
	ID            string          `json:"job_id"`
	ProviderID    *string         `json:"provider_job_id"` // set by the adapter when it runs
	Queue         string          `json:"queue_name"`
	Priority      *int            `json:"priority"`
	Arguments     json.RawMessage `json:"arguments"`
	Executions    int             `json:"executions"`
	ExceptionRuns struct{}        `json:"exception_executions"`
	Locale        *string         `json:"locale"`
	TimeZone      *string         `json:"timezone"`
	EnqueuedAt    string          `json:"enqueued_at"`
}

// serialise is the arguments that A lays out, in Active Job's form.
func serialise[A any](args A) (json.RawMessage, error) {
	values, err := tasuki.Arguments(args)
	if err != nil {
		return nil, err
	}
	return appendArguments(nil, values)
}

// isConstant says whether a name can be that of a class.
func isConstant(name string) bool {
	for part := range strings.SplitSeq(name, "::") {
		for i, r := range part {
			if i == 0 && !unicode.IsUpper(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}
