package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// A typed is a key and the type that it has if it holds what it should.
type typed struct{ key, is string }

// misfits are keys that were told of because they hold something else.
type misfits struct {
	mu   sync.Mutex // owns told
	told map[string]bool
}

// note says whether a key's fitting or not is news.
func (m *misfits) note(key string, fits bool) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if news = m.told[key] == fits; !news {
		return false
	}
	if m.told == nil {
		m.told = map[string]bool{}
	}
	m.told[key] = !fits
	return true
}

// fits warns of a key that is of another type, once, and says when it is as it should be.
func (s *Store) fits(k typed, fits bool) {
	switch {
	case !s.misfits.note(k.key, fits):
	case fits:
		s.options.Logger.Info("a key is of its type again", "key", k.key)
	default:
		s.options.Logger.Error("a key is of another type and is left alone", "key", k.key, "must be", k.is,
			"hint", "see what it holds and who wrote it, then RENAME or DEL it")
	}
}

// shared are the keys that Sidekiq has once.
func (s *Store) shared() []typed {
	return []typed{{scheduleKey, "zset"}, {retryKey, "zset"}, {deadKey, "zset"}, {queuesKey, "set"}, {pausedKey, "set"}, {processesKey, "set"}}
}

// own are the keys that tasuki has once.
func (s *Store) own() []typed {
	k, span := s.keys, (time.Now().UnixMicro()+s.ahead.Load())/600_000_000
	ids := func(n int64) string { return fmt.Sprint(string(k), "ids:", n) }
	return []typed{{k.workers(), "zset"}, {k.done(), "zset"}, {k.cancelled(), "zset"}, {k.suspected(), "set"}, {k.orderSeq(), "string"},
		{k.ticks(), "hash"}, {k.marks(), "list"}, {k.schedules(), "hash"}, {k.versions(), "zset"}, {k.counts(), "hash"},
		{ids(span), "set"}, {ids(span + 1), "set"}, {ids(span - 1), "set"}}
}

// mostNames is how many arguments of a script are taken for names.
const mostNames = 200

// around are the keys that a script may have touched: whose names it was given.
func (s *Store) around(keys, args []string) []typed {
	k, all := s.keys, append(s.shared(), s.own()...)
	for _, key := range keys {
		switch rest, mine := strings.CutPrefix(key, string(k)); {
		case !mine && strings.HasSuffix(key, "-signals"), mine && strings.HasPrefix(rest, "orders:"), !mine && strings.HasPrefix(key, "queue:"):
			all = append(all, typed{key, "list"})
		case mine && strings.Contains(rest, ":"):
			all = append(all, typed{key, "hash"})
		}
	}
	seen := map[string]bool{}
	for _, name := range args {
		if name == "" || len(name) > store.MaxName || name[0] == '{' || seen[name] || len(seen) >= mostNames {
			continue
		}
		seen[name] = true
		all = append(all, typed{queueKey(name), "list"}, typed{k.suspects(name), "list"}, typed{k.unique(name), "string"},
			typed{iterationKey(name), "hash"}, typed{k.journal(name), "list"})
	}
	return all
}

// wrong are those of some keys that are of another type, as a person reads it.
func (s *Store) wrong(ctx context.Context, all []typed) (wrong []typed, text string) {
	commands := make(rueidis.Commands, len(all))
	for i := range all {
		commands[i] = s.client.B().Type().Key(all[i].key).Build()
	}
	var told []string
	for i, r := range s.client.DoMulti(ctx, commands...) {
		is, err := r.ToString()
		if err == nil && is != "none" && is != all[i].is {
			wrong = append(wrong, all[i])
			told = append(told, fmt.Sprintf("%s is a %s and must be a %s", all[i].key, is, all[i].is))
		}
	}
	return wrong, strings.Join(told, ", ")
}

// named is an error about the type of a key, with the key's name.
func (s *Store) named(ctx context.Context, err error, keys, args []string) error {
	_, told := s.wrong(ctx, s.around(keys, args))
	if told == "" {
		return err
	}
	return fmt.Errorf("%w: %s (hint: see what it holds and who wrote it, then RENAME or DEL it)", err, told)
}

// checked are the keys that a transition writes to.
func checked(t *transition) []typed {
	var all []typed
	for pair := range slices.Chunk(t.checks, 2) {
		all = append(all, typed{pair[0], pair[1]})
	}
	return all
}

// misfit warns of those of some keys that are of another type, and says which.
func (s *Store) misfit(ctx context.Context, all []typed) string {
	wrong, told := s.wrong(ctx, unique(all))
	for _, k := range wrong {
		s.fits(k, false)
	}
	return told
}

// name tells which keys kept outcomes from being written.
func (b *batch) name(ctx context.Context, order []int, a *answer) {
	var all []typed
	var those []int
	for n, i := range order {
		if a.letters[n] == refused && !a.resent {
			those = append(those, i)
			all = append(all, checked(&b.work.transitions[n-len(b.done)])...)
		}
	}
	if len(those) == 0 {
		return
	}
	told := b.store.misfit(ctx, all)
	for _, i := range those {
		if r := &b.results[i]; r.What == store.Refused && told != "" {
			r.Err = fmt.Errorf("%w: %s (hint: see what it holds and who wrote it, then RENAME or DEL it)", store.ErrInvalid, told)
		}
	}
}

func unique(all []typed) []typed {
	slices.SortFunc(all, func(a, b typed) int { return strings.Compare(a.key+"\x00"+a.is, b.key+"\x00"+b.is) })
	return slices.Compact(all)
}

// refusing stands for the server among the keys that were told of.
const refusing = "\x00"

// tell logs what the server said to what it refused, once, and when it does no more.
func (s *Store) tell(a *answer) {
	if !s.misfits.note(refusing, a.failure == "") {
		return
	}
	if a.failure == "" {
		s.options.Logger.Info("the server moves jobs again")
		return
	}
	hint := "does the user have its rights: ACL SETUSER " + s.user + " " + rights
	if strings.Contains(a.failure, "WRONGTYPE") {
		hint = hints["WRONGTYPE"]
	}
	s.options.Logger.Error("jobs stay where they are: the server refuses to move them", "error", a.failure, "hint", hint)
}
