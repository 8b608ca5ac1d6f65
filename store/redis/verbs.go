package redis

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// verbs are how claims end.
var verbs = map[store.Verb]func(*ending) error{
	store.Save:     nil,
	store.Return:   (*ending).giveBack,
	store.Finish:   (*ending).finish,
	store.Fail:     (*ending).fail,
	store.Bury:     (*ending).bury,
	store.Snooze:   (*ending).snooze,
	store.HandOver: (*ending).handOver,
	store.Cancel:   (*ending).cancel,
}

// giveBack brings a job that was never started to where it was, as it was.
func (e *ending) giveBack() error {
	back := e.store.putBack(e.outcome.Token, e.held)
	e.t.checks = append(e.t.checks, back.checks...)
	e.t.commands = append(e.t.commands, back.commands...)
	e.mayCancel()
	return nil
}

func (e *ending) finish() error {
	s, id := e.store, e.held.id
	e.t.counts = "p"
	e.free()
	keep := e.own.Keep
	if e.own.Journal {
		keep = max(keep, store.KeepJournal)
	}
	if keep <= 0 {
		e.t.commands.add("UNLINK", iterationKey(id), s.keys.journal(id))
		return nil
	}
	e.own.State, e.own.Result = store.Done, e.outcome.Result
	return e.keepEnded(keep)
}

// keepEnded keeps the record of a job that is done or cancelled.
func (e *ending) keepEnded(keep time.Duration) error {
	e.change(endedField, nowMark)
	text, err := e.payload()
	if err != nil {
		return err
	}
	set := e.store.keys.done()
	if e.own.State == store.Cancelled {
		set = e.store.keys.cancelled()
	}
	e.t.may(set, "zset")
	e.t.commands.add("ZADD", set, dueIn(keep), text)
	e.t.commands.add("HDEL", iterationKey(e.held.id), "cancelled", "why")
	return nil
}

// free gives up the job's unique key.
func (e *ending) free() {
	if key := e.own.Unique; key != "" {
		e.t.commands.add("FREE", e.store.keys.unique(key), e.held.id)
	}
}

// hold keeps the job's unique key on, from when it is due again.
func (e *ending) hold(after time.Duration) {
	if key := e.own.Unique; key != "" {
		kept := e.store.options.UniqueFor + max(0, after)
		e.t.commands.add("HOLD", e.store.keys.unique(key), e.held.id, strconv.FormatInt(kept.Milliseconds(), 10))
	}
}

// failed notes the failure as Sidekiq does.
func (e *ending) failed() {
	e.t.counts = "f"
	e.change("retry_count", strconv.Itoa(e.held.attempts))
	e.change(whyField, "") // of an end that somebody undid
	if _, again := e.held.Raw("retry_count"); !again {
		e.change("failed_at", nowMark)
	} else {
		e.change("retried_at", nowMark)
	}
	f := e.outcome.Failure
	if f == nil {
		return
	}
	e.change("error_class", wire.Quote(store.Clean(f.Class, store.MaxName)))
	e.change("error_message", wire.Quote(store.Clean(f.Message, store.MaxMessage)))
	e.change("error_backtrace", "")
	if f.Stack != "" {
		e.change("error_backtrace", wire.Quote(wire.Backtrace(strings.Split(store.Clean(f.Stack, maxStack), "\n"))))
	}
}

// maxStack is how many bytes of a stack are kept.
const maxStack = 64 << 10

func (e *ending) fail() error {
	if e.held.overdue() {
		o := *e.outcome
		o.Why = "its retry_for is over"
		e.outcome = &o
		return e.bury()
	}
	e.failed()
	if queue, found := e.held.String("retry_queue"); found == wire.OK && queue != "" {
		e.change("queue", wire.Quote(queue))
		e.queue = queue
	}
	if e.outcome.Delay <= 0 {
		return e.ready("LPUSH")
	}
	return e.later(retryKey)
}

func (e *ending) snooze() error {
	if e.outcome.Delay <= 0 {
		return e.ready("LPUSH")
	}
	return e.later(scheduleKey)
}

// later lets the job wait for its time.
func (e *ending) later(set string) error {
	if set == scheduleKey {
		e.change("enqueued_at", "")
	}
	text, err := e.payload()
	if err != nil {
		return err
	}
	e.t.may(set, "zset")
	e.t.commands.add("ZADD", set, dueIn(e.outcome.Delay), text)
	e.hold(e.outcome.Delay)
	e.mayCancel()
	return nil
}

func (e *ending) handOver() error {
	e.own.Interruptions++
	if e.outcome.Back {
		return e.ready("LPUSH")
	}
	return e.ready("RPUSH")
}

// ready lets the job wait in its queue, at the end where push adds.
func (e *ending) ready(push string) error {
	e.change("enqueued_at", nowMark)
	text, err := e.payload()
	if err != nil {
		return err
	}
	queue := e.queue
	e.t.may(queueKey(queue), "list")
	e.t.commands.add("SADD", queuesKey, literal(queue))
	e.t.commands.add(push, literal(queueKey(queue)), text)
	e.hold(0)
	e.mayCancel()
	return nil
}

func (e *ending) bury() error {
	e.failed()
	e.free()
	if e.held.leavesNoBody() {
		e.t.commands.add("UNLINK", iterationKey(e.held.id), e.store.keys.journal(e.held.id))
		return nil
	}
	e.change(whyField, wire.Quote(store.Clean(e.outcome.Why, store.MaxMessage)))
	text, err := e.payload()
	if err != nil {
		return err
	}
	e.t.may(deadKey, "zset")
	e.store.addDead(&e.t.commands, text)
	return nil
}

func (e *ending) cancel() error {
	e.free()
	return e.cancelled(e.outcome.Why)
}

// cancelled keeps the record of the job as a cancelled one, with what whoever cancelled
// it said, or else why.
func (e *ending) cancelled(why string) error {
	e.own.State = store.Cancelled
	e.change(whyField, whyMark+wire.Quote(store.Clean(why, store.MaxMessage))+whyMark)
	return e.keepEnded(max(store.KeepJournal, e.own.Keep))
}

// mayCancel makes what happens instead if the job is to be cancelled.
func (e *ending) mayCancel() {
	e.t.cancels = iterationKey(e.held.id)
	e.t.iteration = e.t.cancels
	other := ending{store: e.store, worker: e.worker, outcome: e.outcome, held: e.held, own: e.own, changes: slices.Clone(e.changes)}
	other.free()
	if other.cancelled("") == nil {
		e.t.checks = append(e.t.checks, other.t.checks...)
		if e.outcome.Verb != store.Return {
			e.t.instead = e.note()
		}
		e.t.instead = append(e.t.instead, other.t.commands...)
	}
}
