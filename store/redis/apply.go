package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// Words that the script apply fills in.
const (
	nowMark    = "\x00" // now as payloads have it
	cursorMark = "\x01" // ,"cursor":… if there is one
	scoreMark  = "\x02" // and so many µs: a score
	itself     = "\x04" // and a text that is not filled in
	whyMark    = "\x03" // around a default: what whoever cancels it said, as JSON
)

// literal is a name from a payload, in which there may be any bytes.
func literal(name string) string {
	if strings.ContainsAny(name, nowMark+cursorMark+scoreMark+itself+whyMark) {
		return itself + name
	}
	return name
}

// dueIn is the score of what becomes due in a while.
func dueIn(d time.Duration) string {
	return scoreMark + strconv.FormatInt(max(0, d.Microseconds()), 10)
}

// A transition brings one job from one place to another; see the script apply.
type transition struct {
	guard, key, what string
	seq              string // fences the cursor; "": it is written in any case
	iteration        string // key of the iteration state
	fields           []string
	began            string // when the run that ends was claimed, in µs; "": it does not count in the state
	cancels          string // key that says whether it is to be cancelled
	unique           string // the key that it needs to be free
	id               string // of the job
	counts           string
	checks           []string
	commands         commands
	instead          commands // if it is to be cancelled
	brings           [][]string
}

// commands of Redis, and KEEP, FREE, HOLD and MARK of the script.
type commands [][]string

func (c *commands) add(words ...string) { *c = append(*c, words) }

// may says which type a key has that is written to.
func (t *transition) may(key, typ string) { t.checks = append(t.checks, key, typ) }

// append appends the words of a list of commands.
func (c commands) append(args []string) []string {
	args = append(args, strconv.Itoa(len(c)))
	for _, words := range c {
		args = append(args, strconv.Itoa(len(words)))
		args = append(args, words...)
	}
	return args
}

func (t *transition) append(args []string, s *Store) []string {
	args = append(args, t.guard, t.key, t.what, t.seq, t.iteration, strconv.Itoa(len(t.fields)))
	args = append(args, t.fields...)
	args = append(args, t.began, t.cancels, t.unique, t.id, strconv.FormatInt(s.options.UniqueFor.Milliseconds(), 10), t.counts)
	args = append(args, strconv.Itoa(len(t.checks)/2))
	args = append(args, t.checks...)
	args = t.commands.append(args)
	args = t.instead.append(args)
	args = append(args, strconv.Itoa(len(t.brings)))
	for _, b := range t.brings {
		args = append(args, b...)
	}
	return args
}

// A work is what the script apply does in one call.
type work struct {
	worker      string // whose claims these are; "": nobody's
	batch       string
	order       string // of its outcomes, kept with the answers
	beat        string // that the worker must have
	counts      bool   // in Sidekiq's counters
	done        []string
	transitions []transition
}

// A letter is what the script answers for a job.
type letter byte

const (
	applied   letter = 'A'
	cancelled letter = 'a'
	lost      letter = 'L'
	refused   letter = 'R'
	taken     letter = 'K'
	unfit     letter = 'U'
	stuck     letter = 'E'
)

// An answer is what the script apply says.
type answer struct {
	moved   bool // the worker has another beat; nothing was done
	letters []letter
	resent  bool   // the batch was applied before
	order   string // and this was its order
	failure string // what the server said first to what it refused
}

// placed are the outcomes that the letters of a resent batch are of.
func (a *answer) placed(n int) []int {
	order := make([]int, n)
	words := strings.Split(a.order, ",")
	for i := range order {
		order[i] = i
		if a.order != "" && i < len(words) {
			order[i], _ = strconv.Atoi(words[i])
		}
	}
	return order
}

func joined(order []int) string {
	words := make([]string, len(order))
	for i, n := range order {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}

// applyBytes is about how much one call of the script is sent: a server takes no more than
// 1 GiB at once, and does nothing else meanwhile.
const applyBytes = 16 << 20

// apply does a work, in one call of the script; what needs not be one is done in several if
// it is much.
func (s *Store) apply(ctx context.Context, w *work) (*answer, error) {
	if w.batch != "" || w.beat != "" {
		return s.applyAtOnce(ctx, w)
	}
	all, rest := &answer{}, *w
	for begun := false; !begun || len(rest.transitions) > 0; begun = true {
		part, n := rest, rest.some()
		part.transitions, rest.transitions, rest.done = rest.transitions[:n], rest.transitions[n:], nil
		a, err := s.applyAtOnce(ctx, &part)
		if err != nil {
			return nil, err
		}
		all.letters, all.failure = append(all.letters, a.letters...), cmp.Or(all.failure, a.failure)
	}
	return all, nil
}

// some is how many of the transitions one call is to hold.
func (w *work) some() int {
	n, bytes := 0, 0
	for n < len(w.transitions) && bytes < applyBytes {
		bytes += w.transitions[n].size()
		n++
	}
	return n
}

// size is about how many bytes a transition is.
func (t *transition) size() int {
	n := len(t.what)
	for _, list := range [][][]string{{t.fields}, t.commands, t.instead, t.brings} {
		for _, words := range list {
			for _, word := range words {
				n += len(word)
			}
		}
	}
	return n
}

// applyAtOnce runs the script.
func (s *Store) applyAtOnce(ctx context.Context, w *work) (*answer, error) {
	args := append(s.clock(), w.batch, w.order, w.beat, digit(w.counts), strconv.Itoa(len(w.done)))
	args = append(args, w.done...)
	for i := range w.transitions {
		args = w.transitions[i].append(args, s)
	}
	keys := []string{s.keys.worker(w.worker), s.keys.claims(w.worker), s.keys.saves(w.worker)}
	msg, err := s.run(ctx, applyScript, keys, args)
	if err != nil {
		return nil, err
	}
	if msg.IsInt64() {
		return &answer{moved: true}, nil
	}
	words, err := msg.AsStrSlice()
	if err != nil {
		return nil, err
	}
	a := &answer{letters: []letter(words[0])}
	switch len(words) {
	case 2:
		a.resent, a.order = true, words[1]
	case 3:
		a.failure = words[2]
	}
	if want := len(w.done) + len(w.transitions); len(a.letters) != want {
		return nil, fmt.Errorf("%d answers to %d jobs", len(a.letters), want)
	}
	s.tell(a)
	return a, nil
}

// undo takes claims back that should not have been made.
func (s *Store) undo(ctx context.Context, worker string, all []transition) error {
	if len(all) == 0 {
		return nil
	}
	_, err := s.apply(ctx, &work{worker: worker, transitions: all})
	return err
}

// putBack brings a claimed job back to where it was, as it was.
func (s *Store) putBack(token store.Token, h *holding) transition {
	t := transition{guard: "claim", what: token.String(), id: h.id}
	s.inFront(&t, h)
	return t
}

// inFront lets a job be in front of its list again, which somebody may have cleared.
func (s *Store) inFront(t *transition, h *holding) {
	t.may(h.from(s.keys), "list")
	if !h.suspect {
		t.commands.add("SADD", queuesKey, h.queue)
	}
	t.commands.add("RPUSH", h.from(s.keys), h.Text())
}

// burial brings a claimed text that is no job to the dead: what is an object with the
// reason, anything else as it is.
func (s *Store) burial(token store.Token, h *holding, why error) transition {
	t := transition{guard: "claim", what: token.String(), id: h.id, counts: "f"}
	t.may(deadKey, "zset")
	s.addDead(&t.commands, h.buried(why))
	return t
}

// addDead adds a text to the dead set, and takes out what is too old or too much for it,
// as Sidekiq does with every one.
func (s *Store) addDead(c *commands, text string) {
	c.add("ZADD", deadKey, dueIn(0), text)
	c.add("ZREMRANGEBYSCORE", deadKey, "-inf", scoreMark+strconv.FormatInt(-s.options.DeadFor.Microseconds(), 10))
	c.add("ZREMRANGEBYRANK", deadKey, "0", strconv.Itoa(-s.options.DeadJobs))
}

// buried is the text of what is no job, for the dead. Sidekiq's Web shows what is no JSON
// as it is, and stumbles over JSON that is no object: that becomes an argument.
func (h *holding) buried(why error) string {
	var changes []wire.Change
	add := func(name, raw string) { changes = append(changes, wire.Change{Name: name, Raw: raw}) }
	switch {
	case errors.Is(why, wire.ErrNotObject):
		add("class", wire.Quote(badJob))
		add("args", "["+wire.Quote(h.raw)+"]")
		add("jid", wire.Quote(h.id))
		add("queue", wire.Quote(cmp.Or(h.queue, store.DefaultQueue)))
	case errors.Is(why, wire.ErrJSON), errors.Is(why, errTooBig):
		return itself + h.raw
	}
	add("error_class", wire.Quote(badJob))
	add("error_message", wire.Quote(why.Error()))
	add("failed_at", nowMark)
	add("retry_count", "0")
	return h.With(changes...)
}

// badJob is what a text is called that is no job.
const badJob = "tasuki.BadJob"
