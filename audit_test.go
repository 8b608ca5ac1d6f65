package tasuki_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// An audit compares a logbook with what was done to the processes that wrote it. Every run
// of a job beyond the one that it needs must have a cause there, and so must every job
// that did not come to its end.
type audit struct {
	t       *testing.T
	blows   *blows
	jobs    map[string]*order
	runs    map[string][]*shift // of each job, in order of their beginning
	verdict map[string]int      // how often there was which cause
}

// An order is a job that was enqueued.
type order struct {
	id     string
	kind   string
	at     time.Time
	due    time.Time // not before
	items  int       // of a march
	unsure bool      // whoever enqueued it heard an error: it may be there or not
	goOnly bool      // no worker of Ruby's ever has it in its hands
}

// A shift is one run of a job by one process.
type shift struct {
	entry
	end   time.Time // zero: it was cut off
	how   string
	items []entry
}

func (s *shift) ruby() bool { return strings.HasPrefix(s.who, "ruby:") }

// until is when it ended, as far as is known.
func (s *shift) until() time.Time {
	if s.end.IsZero() {
		return s.at
	}
	return s.end
}

// slack is how long after a handler's end its outcome may not be in the store yet, and how
// old the cursor in the store may be, on a machine that is busy.
const slack = time.Second

func newAudit(t *testing.T, b *blows, orders []*order, entries []entry) *audit {
	a := &audit{t: t, blows: b, jobs: map[string]*order{}, runs: map[string][]*shift{}, verdict: map[string]int{}}
	for _, o := range orders {
		a.jobs[o.id] = o
	}
	all := map[string]*shift{}
	for _, e := range entries {
		name := e.who + " " + e.run + " " + e.job
		switch s := all[name]; {
		case a.jobs[e.job] == nil:
			t.Errorf("%s ran job %s, which nobody enqueued", e.who, e.job)
		case e.what == "begin":
			all[name] = &shift{entry: e}
			a.runs[e.job] = append(a.runs[e.job], all[name])
		case s == nil:
			t.Errorf("%s: job %s is %s without a beginning", e.who, e.job, e.what)
		case e.what == "item":
			s.items = append(s.items, e)
		default:
			s.end, s.how = e.at, e.what
		}
	}
	for _, runs := range a.runs {
		slices.SortFunc(runs, func(a, b *shift) int { return a.at.Compare(b.at) })
	}
	return a
}

// judge looks at every job and reports.
func (a *audit) judge() {
	for _, o := range slices.SortedFunc(maps.Values(a.jobs), func(a, b *order) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.id, b.id)) }) {
		a.job(o)
	}
	a.t.Logf("%d jobs; what happened: %v", len(a.jobs), a.blows.counts())
	for _, cause := range slices.Sorted(maps.Keys(a.verdict)) {
		a.t.Logf("%6d × %s", a.verdict[cause], cause)
	}
}

// job judges one.
func (a *audit) job(o *order) {
	needed := map[string]int{"done": 1}
	if o.kind == failOnceKind.Name() {
		needed["fail"] = 1
	}
	spare := map[string][]*shift{}
	for _, s := range a.runs[o.id] {
		a.verdict["run"]++
		cause := a.cause(s)
		switch {
		case s.how == "left" && cause != "":
			a.verdict["handed over: "+cause]++
		case s.how == "done" || s.how == "fail":
			if cause == "" {
				needed[s.how]--
			} else {
				spare[s.how] = append(spare[s.how], s)
			}
		case cause == "":
			a.complain(o, fmt.Sprintf("a run of %s ended %q without a cause", s.who, s.how))
		default:
			a.extra(o, s, cause)
		}
	}
	for how, n := range needed {
		a.count(o, how, n, spare[how])
	}
	a.march(o)
}

// count judges how often a job ended so: n more runs were needed, or fewer if it is
// negative. The last of those that may not count is the one that did, if one is needed.
func (a *audit) count(o *order, how string, n int, spare []*shift) {
	for ; n > 0 && len(spare) > 0; n-- {
		spare = spare[:len(spare)-1]
	}
	for _, s := range spare {
		a.extra(o, s, a.cause(s))
	}
	switch {
	case n < 0 && a.pushedTwice(o):
		a.say(o, "Ruby pushed it twice when redis-server was away", "extra")
	case n < 0:
		a.complain(o, fmt.Sprintf("it was %s %d times too often", how, -n))
	case n > 0 && how == "done":
		a.missing(o)
	case n > 0 && len(a.runs[o.id]) > 0 && !a.diedInRuby(o):
		a.complain(o, "it did not "+how+" although it had to")
	}
}

// diedInRuby says whether a run was cut off in Ruby: what it would have been is not known.
func (a *audit) diedInRuby(o *order) bool {
	return slices.ContainsFunc(a.runs[o.id], func(s *shift) bool { return s.ruby() && s.how == "" })
}

// cause says why the end of a run may not be in the store, or why it has none; "": nothing
// was done to its process that explains it.
func (a *audit) cause(s *shift) string {
	b := a.blows.find(s.who, func(b *blow) bool {
		switch b.what {
		case wasKilled:
			return s.how == "" && !b.to.Before(s.at) || s.how != "" && !s.ruby() && !b.to.Before(s.at) && !b.from.After(a.known(s))
		case longFreeze:
			return b.from.Before(a.known(s)) && b.to.Add(slack).After(s.at) && s.how != "left" && s.how != ""
		case wasStopped:
			return s.how == "left" && b.from.Before(s.until()) && b.to.Add(slack).After(s.until())
		case unrecordedStop:
			return b.from.Before(a.known(s)) && a.blows.away(b.from, b.to)
		}
		return false
	})
	if b == nil {
		return ""
	}
	name := "Go"
	if s.ruby() {
		name = "Ruby"
	}
	return name + " worker " + string(b.what)
}

// known is when a run's end is in the store at the latest.
func (a *audit) known(s *shift) time.Time {
	until := s.until().Add(slack)
	for _, b := range a.blows.all {
		if b.who == redisServer && b.from.Before(until) && b.to.Add(slack).After(s.until()) {
			until = b.to.Add(2 * slack)
		}
	}
	return until
}

// pushedTwice says whether Ruby's client may have sent a push again whose answer it did not
// get: its processes bring scheduled jobs and retries to their queues.
func (a *audit) pushedTwice(o *order) bool {
	if o.goOnly {
		return false
	}
	runs := a.runs[o.id]
	return a.blows.away(o.at, runs[len(runs)-1].at)
}

// missing judges a job that did not come to its end.
func (a *audit) missing(o *order) {
	runs := a.runs[o.id]
	if len(runs) == 0 && o.unsure {
		a.verdict["it may not have been enqueued: whoever did heard an error"]++
		return
	}
	since, what := o.due, "Ruby may have had it in its hands"
	if len(runs) > 0 {
		last := runs[len(runs)-1]
		if last.ruby() && last.how == "fail" {
			what = "Ruby may not have written that it failed"
		}
		if last.ruby() && last.how == "" && a.cause(last) != "" {
			a.verdict["lost: Ruby worker killed while running it"]++
			return
		}
		since = last.until()
	}
	if o.goOnly {
		a.complain(o, "it is lost, and no worker of Ruby's ever had it")
		return
	}
	for _, b := range a.blows.all {
		if b.lossy > 0 && b.to.Add(slack).After(since) {
			b.lossy--
			a.say(o, what+" when "+kindOf(b.who)+" was "+string(b.what), "lost")
			return
		}
	}
	a.complain(o, "it is lost")
}

func kindOf(who string) string {
	if who == redisServer {
		return who
	}
	return "the worker"
}

// march judges the items of a resumable job.
func (a *audit) march(o *order) {
	if o.items == 0 {
		return
	}
	done := map[int][]*shift{}
	for _, s := range a.runs[o.id] {
		for _, e := range s.items {
			done[e.item] = append(done[e.item], &shift{entry: e, end: e.at, how: "item"})
		}
	}
	if len(done) != o.items {
		a.complain(o, fmt.Sprintf("%d items of %d were done", len(done), o.items))
	}
	for item, all := range done {
		var who []string // did it without a reason to do it again
		for _, s := range all {
			if a.cause(s) == "" {
				who = append(who, s.who)
			}
		}
		if len(who) > 1 {
			a.complain(o, fmt.Sprintf("item %d was done by %q", item, who))
		}
		a.verdict["item done again"] += len(all) - 1
	}
}

// extra reports a run that was one too many.
func (a *audit) extra(o *order, s *shift, cause string) {
	how := cmp.Or(s.how, "cut off")
	a.verdict[fmt.Sprintf("extra: a run that was %s: %s", how, cause)]++
	a.t.Logf("%s %s: extra is the run of %s at %s that was %s: %s", o.kind, o.id, s.who, clock(s.at), how, cause)
}

func (a *audit) say(o *order, cause, what string) {
	a.verdict[what+": "+cause]++
	a.t.Logf("%s %s is %s: %s", o.kind, o.id, what, cause)
}

// complain reports what must not be, and all that is known about it.
func (a *audit) complain(o *order, what string) {
	var text strings.Builder
	for _, s := range a.runs[o.id] {
		fmt.Fprintf(&text, "\n  %s began %s, %s %s, %d items", s.who, clock(s.at), cmp.Or(s.how, "cut off"), clock(s.end), len(s.items))
		for _, b := range a.blows.all {
			if b.who == s.who || b.who == redisServer && b.to.Add(3*time.Second).After(s.at) && b.from.Before(s.until().Add(3*time.Second)) {
				fmt.Fprintf(&text, "\n    %s %s %s to %s", b.who, b.what, clock(b.from), clock(b.to))
			}
		}
	}
	a.t.Errorf("%s %s, enqueued %s: %s%s", o.kind, o.id, clock(o.at), what, &text)
}

func clock(t time.Time) string { return t.Format("15:04:05.000") }
