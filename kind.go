package tasuki

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Kind is a kind of job with arguments of type A. It is a value without a
// handler, so that programs which only enqueue need nothing else.
type Kind[A any] struct {
	name   string
	opts   []Option
	layout *layout // of the arguments, with Positional; nil: they are one JSON value
}

// NewKind names a kind. The options hold for every job of it unless the job's
// own say otherwise. A name is 1 to 255 bytes of UTF-8 without control
// characters; a bad one is refused by Enqueue and by New.
func NewKind[A any](name string, opts ...Option) Kind[A] {
	k := Kind[A]{name: name, opts: opts}
	var s settings
	if s.apply(opts); s.positional {
		k.layout = layoutOf(reflect.TypeFor[A]())
	}
	return k
}

// Name is the kind's name.
func (k Kind[A]) Name() string { return k.name }

// Job makes a job of this kind with a new id, to be given to Enqueue, to a
// store's EnqueueTx or to Then. Arguments that do not become JSON are reported
// by those.
func (k Kind[A]) Job(args A, opts ...Option) store.Job {
	var raw json.RawMessage
	var err error
	if k.layout == nil {
		raw, err = json.Marshal(args)
	} else {
		raw, err = encodePositional(k.layout, args)
	}
	s := settings{job: store.Job{ID: store.NewID(), Kind: k.name, Args: raw}}
	if err != nil {
		s.job.Err = fmt.Errorf("arguments: %w", err)
	}
	s.apply(k.opts)
	s.apply(opts)
	if s.positional && k.layout == nil {
		s.job.Err = errLatePositional
	}
	if s.uniqueArgs {
		sum := sha256.Sum256(append([]byte(k.name+"\x00"), raw...))
		s.job.Unique = hex.EncodeToString(sum[:16])
	}
	return s.job
}

// Do makes the handler that runs this kind's jobs with do.
//
// do runs in a goroutine that runs other jobs before and after: who locks its thread
// (runtime.LockOSThread) unlocks it before it returns.
//
// What do returns decides what becomes of the job: nil is done, an error is a
// failed attempt, and [Then], [Snooze], [RetryIn], [Discard] and [Yield] say
// something else.
func (k Kind[A]) Do(do func(context.Context, A) error) Handler {
	h := k.handler(func(ctx context.Context, r *run) error {
		args, err := k.decode(r.rec.Args)
		if err != nil {
			return err
		}
		return do(ctx, args)
	})
	if do == nil {
		h.lacks = "function: Do was given nil"
	}
	return h
}

func (k Kind[A]) handler(do func(context.Context, *run) error) Handler {
	h := Handler{kind: k.name, do: do}
	h.settings.apply(k.opts)
	if k.layout != nil && k.layout.bad != nil {
		h.lacks = fmt.Sprintf("valid positional arguments: %v", k.layout.bad)
	}
	return h
}

// encodePositional is by itself so that args are put on the heap only here.
func encodePositional[A any](l *layout, args A) (json.RawMessage, error) {
	return l.encode(reflect.ValueOf(&args).Elem())
}

// decode reads the arguments that a job carries.
func (k Kind[A]) decode(raw json.RawMessage) (A, error) {
	if k.layout == nil {
		return decodeArgs[A](raw)
	}
	var args A
	if err := k.layout.decode(raw, reflect.ValueOf(&args).Elem()); err != nil {
		return args, fmt.Errorf("%w: kind %q: %w", ErrBadJob, k.name, err)
	}
	return args, nil
}

func decodeArgs[A any](raw json.RawMessage) (A, error) {
	var args A
	if len(raw) == 0 {
		return args, nil
	}
	if err := json.Unmarshal(raw, &args); err != nil {
		return args, fmt.Errorf("%w: arguments do not decode into %T: %w", ErrBadJob, args, err)
	}
	return args, nil
}
